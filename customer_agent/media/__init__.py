"""From the screen to the viewers: capture, conversion, one encoder for all, WebRTC peers, cursor."""
