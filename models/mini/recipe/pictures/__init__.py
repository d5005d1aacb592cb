"""Pictures drawn by a program, with questions and answers in English and French."""
