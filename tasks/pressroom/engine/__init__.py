"""What doit lacks: steps as doit actions, outputs that appear whole, a runner on threads, progress."""
