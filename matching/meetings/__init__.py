"""Timetables of matchmaking events (供需对接会); `solver.solve` plans a `timetables.Day`."""
