"""Media: the process that carries the calls' sound, and its client in control.

In the process: `process` (the loop), `exchange` (calls, legs, matrices), `leg`, `latch`,
`playing`, `collecting`, `standing`, `tracks` and `ring` (what is recorded), `control` (its socket).
Beside it: `writer` (the process that encrypts tracks to files), `track_file`, `recordings`.
In control: `client`. In tests: `testing`, and `memory` without packets.
"""
