# PDFium, the pinned library. Placeholder until the extractor lands.
add_library(pdfium INTERFACE)
