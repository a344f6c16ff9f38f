"""What Jejak costs, beside its peers: measured in the same minutes, on the same machine.

Each benchmark is a module with ``run(scale: Scale, place: Place) -> Result`` (see `result` for what
it is handed and what it hands back); `jejak bench` runs them and prints one table.
"""
