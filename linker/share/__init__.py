"""What leaves the workspace: exports of the unified table and the crosswalk."""
