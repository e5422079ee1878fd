"""Long work that a person can watch: jobs, and the background functions of all apps."""
