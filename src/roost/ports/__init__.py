"""What the core needs of the world, one module a port; types only."""
