"""What an action sets going: jobs, the questions between them, and the notice at the end."""
