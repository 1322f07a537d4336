"""Long engine calls as the window sees them: a job reports, can be cancelled, and ends in exactly one way."""
