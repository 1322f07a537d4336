"""Full-text search over every component: what can be searched, what was asked for, what was found."""
