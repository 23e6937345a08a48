"""What every page shares: server, security headers, frame, top bar, bridge to the browser."""
