"""Issued documents in the forms that others take: PDF, UBL, fapiao export, journal.

    pdf(document, "zh")        by Typst, with the fonts of the machine
    ubl(document)              UBL 2.1 Invoice or CreditNote, for EN 16931
    fapiao_rows(documents)     what a tax system needs to make the legal fapiao
    journal_rows(documents)    double entry, for accounting systems

Made from the document as issued alone, never from the books.
"""
