"""How media finds its way: ICE servers and TURN credentials; later recordings and files."""
