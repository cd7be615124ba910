"""What a page shows, made ready for its template: no statements of their own unless said."""
