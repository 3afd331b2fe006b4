"""What goes over the wire: cases, claims, codings, answers, dispositions, adjudications; read and written as JSON by `wire`."""
