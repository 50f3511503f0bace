"""What a browser's leg needs beside RTP: connectivity checks and its session description."""
