// The part of PDFium's public C interface that we use, declared by ourselves because no package ships its headers. The interface is
// plain C and stable; cmake/check_exports.py compares these names with the library. Only pdfium_*.cc includes this file.
// Source of meaning: public/fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_doc.h, fpdf_sysfontinfo.h of PDFium.
#pragma once

#include <cstddef>

extern "C" {

// NOLINTBEGIN
struct fpdf_document_t__;
struct fpdf_page_t__;
struct fpdf_textpage_t__;
struct fpdf_pageobject_t__;
struct fpdf_font_t__;
struct fpdf_bookmark_t__;
struct fpdf_dest_t__;
struct fpdf_action_t__;
struct fpdf_pathsegment_t__;
typedef fpdf_document_t__* FPDF_DOCUMENT;
typedef fpdf_page_t__* FPDF_PAGE;
typedef fpdf_textpage_t__* FPDF_TEXTPAGE;
typedef fpdf_pageobject_t__* FPDF_PAGEOBJECT;
typedef fpdf_font_t__* FPDF_FONT;
typedef fpdf_bookmark_t__* FPDF_BOOKMARK;
typedef fpdf_dest_t__* FPDF_DEST;
typedef fpdf_action_t__* FPDF_ACTION;
typedef fpdf_pathsegment_t__* FPDF_PATHSEGMENT;
typedef int FPDF_BOOL;

struct FS_RECTF {
  float left, top, right, bottom;
};
struct FS_MATRIX {
  float a, b, c, d, e, f;
};

struct FPDF_LIBRARY_CONFIG {
  int version;  // 2
  const char** user_font_paths;
  void* isolate;
  unsigned int embedder_slot;
};

struct FPDF_SYSFONTINFO {
  int version;  // 1
  void (*Release)(FPDF_SYSFONTINFO*);
  void (*EnumFonts)(FPDF_SYSFONTINFO*, void* mapper);
  void* (*MapFont)(FPDF_SYSFONTINFO*, int weight, FPDF_BOOL italic, int charset, int pitch_family, const char* face,
                   FPDF_BOOL* exact);
  void* (*GetFont)(FPDF_SYSFONTINFO*, const char* face);
  unsigned long (*GetFontData)(FPDF_SYSFONTINFO*, void* font, unsigned int table, unsigned char* buffer, unsigned long size);
  unsigned long (*GetFaceName)(FPDF_SYSFONTINFO*, void* font, char* buffer, unsigned long size);
  int (*GetFontCharset)(FPDF_SYSFONTINFO*, void* font);
  void (*DeleteFont)(FPDF_SYSFONTINFO*, void* font);
};

// Library and document
void FPDF_InitLibraryWithConfig(const FPDF_LIBRARY_CONFIG*);
void FPDF_SetSystemFontInfo(FPDF_SYSFONTINFO*);
unsigned long FPDF_GetLastError();
FPDF_DOCUMENT FPDF_LoadMemDocument64(const void* bytes, size_t size, const char* password);
void FPDF_CloseDocument(FPDF_DOCUMENT);
int FPDF_GetPageCount(FPDF_DOCUMENT);
FPDF_BOOL FPDF_GetFileVersion(FPDF_DOCUMENT, int* version);  // 17 is 1.7
int FPDF_GetSecurityHandlerRevision(FPDF_DOCUMENT);          // -1: not encrypted
FPDF_BOOL FPDFCatalog_IsTagged(FPDF_DOCUMENT);
unsigned long FPDF_GetMetaText(FPDF_DOCUMENT, const char* key, void* utf16, unsigned long bytes);
unsigned long FPDF_GetPageLabel(FPDF_DOCUMENT, int page, void* utf16, unsigned long bytes);

// Outline
FPDF_BOOKMARK FPDFBookmark_GetFirstChild(FPDF_DOCUMENT, FPDF_BOOKMARK);
FPDF_BOOKMARK FPDFBookmark_GetNextSibling(FPDF_DOCUMENT, FPDF_BOOKMARK);
unsigned long FPDFBookmark_GetTitle(FPDF_BOOKMARK, void* utf16, unsigned long bytes);
FPDF_DEST FPDFBookmark_GetDest(FPDF_DOCUMENT, FPDF_BOOKMARK);
FPDF_ACTION FPDFBookmark_GetAction(FPDF_BOOKMARK);
unsigned long FPDFAction_GetType(FPDF_ACTION);  // 1: go to a place in this document
FPDF_DEST FPDFAction_GetDest(FPDF_DOCUMENT, FPDF_ACTION);
int FPDFDest_GetDestPageIndex(FPDF_DOCUMENT, FPDF_DEST);  // -1: nowhere

// Pages
FPDF_PAGE FPDF_LoadPage(FPDF_DOCUMENT, int page);
void FPDF_ClosePage(FPDF_PAGE);
FPDF_BOOL FPDF_GetPageBoundingBox(FPDF_PAGE, FS_RECTF*);  // crop box within media box, unrotated
int FPDFPage_GetRotation(FPDF_PAGE);                      // in quarter turns, clockwise

// Text
FPDF_TEXTPAGE FPDFText_LoadPage(FPDF_PAGE);
void FPDFText_ClosePage(FPDF_TEXTPAGE);
int FPDFText_CountChars(FPDF_TEXTPAGE);
int FPDFText_GetText(FPDF_TEXTPAGE, int start, int count, unsigned short* utf16);
unsigned int FPDFText_GetUnicode(FPDF_TEXTPAGE, int);
int FPDFText_IsGenerated(FPDF_TEXTPAGE, int);
int FPDFText_IsHyphen(FPDF_TEXTPAGE, int);
FPDF_BOOL FPDFText_GetLooseCharBox(FPDF_TEXTPAGE, int, FS_RECTF*);
FPDF_BOOL FPDFText_GetCharOrigin(FPDF_TEXTPAGE, int, double* x, double* y);
FPDF_BOOL FPDFText_GetMatrix(FPDF_TEXTPAGE, int, FS_MATRIX*);
FPDF_PAGEOBJECT FPDFText_GetTextObject(FPDF_TEXTPAGE, int);
FPDF_BOOL FPDFTextObj_GetFontSize(FPDF_PAGEOBJECT, float*);
int FPDFTextObj_GetTextRenderMode(FPDF_PAGEOBJECT);
FPDF_FONT FPDFTextObj_GetFont(FPDF_PAGEOBJECT);
size_t FPDFFont_GetBaseFontName(FPDF_FONT, char* buffer, size_t size);
int FPDFFont_GetFlags(FPDF_FONT);
int FPDFFont_GetWeight(FPDF_FONT);

// Page objects
int FPDFPage_CountObjects(FPDF_PAGE);
FPDF_PAGEOBJECT FPDFPage_GetObject(FPDF_PAGE, int);
int FPDFPageObj_GetType(FPDF_PAGEOBJECT);  // 1 text, 2 path, 3 image, 4 shading, 5 form
FPDF_BOOL FPDFPageObj_GetBounds(FPDF_PAGEOBJECT, float* left, float* bottom, float* right, float* top);
FPDF_BOOL FPDFPageObj_GetMatrix(FPDF_PAGEOBJECT, FS_MATRIX*);
int FPDFFormObj_CountObjects(FPDF_PAGEOBJECT);
FPDF_PAGEOBJECT FPDFFormObj_GetObject(FPDF_PAGEOBJECT, unsigned long);
FPDF_BOOL FPDFPath_GetDrawMode(FPDF_PAGEOBJECT, int* fill, FPDF_BOOL* stroke);
int FPDFPath_CountSegments(FPDF_PAGEOBJECT);
FPDF_PATHSEGMENT FPDFPath_GetPathSegment(FPDF_PAGEOBJECT, int);
FPDF_BOOL FPDFPathSegment_GetPoint(FPDF_PATHSEGMENT, float* x, float* y);
int FPDFPathSegment_GetType(FPDF_PATHSEGMENT);  // 0 line, 1 Bezier, 2 move
FPDF_BOOL FPDFPathSegment_GetClose(FPDF_PATHSEGMENT);
// NOLINTEND
}
