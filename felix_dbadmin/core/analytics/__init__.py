"""Figures over time: what the agents, their commands, workflows and tasks really did. Read only, but for approvals."""
