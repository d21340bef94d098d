"""The HTML pages: forms, views, navigation and what every template knows."""
