// How documents, tickets and pages stand in rows: the one place that knows the order of the columns.
#pragma once

#include "domain/document.h"
#include "domain/lease.h"
#include "domain/page.h"
#include "drivers/sql/sql_database.h"
#include "ports/task_queue.h"

namespace docquarry {

// The columns of the fragment document_view. The password is not among them.
DocumentView read_document(RowReader& row);
// task, document, uid, key, file name, time of the upload.
TaskTicket read_ticket(RowReader& row);
Page read_page(RowReader& row);

// One insert_page per page, for the lease that must still be held. Text is made storable once more: a single NUL would lose the result.
void add_pages(Transaction& transaction, const Lease& lease, const std::vector<Page>& pages);

// Text that every engine can store.
std::string storable(const std::string& text);

}  // namespace docquarry
