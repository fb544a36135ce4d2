"""From pages to panels and back: cutting, tiling, upsampling, compositing."""
