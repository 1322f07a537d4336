"""The tabs: each shows one side of the selected component."""
