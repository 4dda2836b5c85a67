// What every pair of DocumentCatalogue and TaskLedger over one database must do, as far as people see it.
//
// A driver's test instantiates the suite with a type that has: catalogue(), ledger(), users(), loop(), clock, ids; a fresh, empty
// database per object; and reopen(), which gives up everything in memory and opens the same database again.
#pragma once

#include "domain/document.h"
#include "domain/user.h"
#include "ports/document_catalogue.h"
#include "ports/task_ledger.h"
#include "ports/user_directory.h"
#include "tests/contracts/run.h"

#include <gtest/gtest.h>

#include <set>

namespace docquarry::contracts {

using namespace std::chrono_literals;

// Shared by the suites about documents and about tasks.
template <class Stores>
class StoresTest : public testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    return contracts::run(stores.loop(), std::move(work));
  }

  NewDocument new_document(std::string filename = "report.pdf", UserId owner = default_user) {
    NewDocument document;
    document.uid = Uid(stores.ids.next());
    document.owner = owner;
    document.filename = std::move(filename);
    document.content = ObjectKey("uploads/" + document.uid.value() + ".pdf");
    document.bytes = 1234;
    document.sha256 = std::string(64, 'a');
    document.created_at = stores.clock.now();
    stores.clock.advance(1ms);
    return document;
  }
  TaskTicket add(std::string filename = "report.pdf", UserId owner = default_user) {
    return add(new_document(std::move(filename), owner));
  }
  TaskTicket add(NewDocument document) {
    std::vector<NewDocument> documents{std::move(document)};
    return must(run(stores.catalogue().add(std::move(documents), true, std::nullopt))).front();
  }
  DocumentView find(DocumentId id) { return must(run(stores.catalogue().find(id))); }

  static inline const WorkerId worker{"host/1/aaaa"};
  std::vector<DocumentId> ended_by_claim;  // by the newest claim()
  std::vector<ClaimedTask> claim(int limit = 1, WorkerId holder = worker, AttemptLimits limits = {}) {
    auto now = stores.clock.now();
    auto claimed = must(run(stores.ledger().claim(std::move(holder), now, now + 30s, limit, limits)));
    ended_by_claim = std::move(claimed.ended);
    return std::move(claimed.tasks);
  }
  ClaimedTask claim_one() {
    auto claimed = claim();
    if (claimed.size() != 1) throw std::runtime_error("nothing was due");
    return std::move(claimed.front());
  }
  Page page(int number, std::string text = "text") {
    Page page;
    page.number = number;
    page.width_pt = 612;
    page.height_pt = 792;
    page.has_text_layer = true;
    page.text = std::move(text);
    page.markdown = "# " + page.text;
    page.lines = R"({"fonts":[],"lines":[]})";
    return page;
  }
  ExtractionSummary summary(int pages = 1) {
    ExtractionSummary summary;
    summary.facts.page_count = pages;
    summary.pages_extracted = pages;
    summary.extractor = "pdfium-1";
    summary.seconds = 0.25;
    return summary;
  }
  void complete(const ClaimedTask& task, std::vector<Page> pages) {
    int count = int(pages.size());
    must(run(stores.ledger().complete(task.lease, std::move(pages), summary(count), stores.clock.now())));
  }

  Stores stores;
};

template <class Stores>
class CatalogueContract : public StoresTest<Stores> {
 protected:
  DocumentPage list(DocumentFilter filter = {}, ListOrder order = ListOrder::newest_first, std::string after = {},
                    int limit = 100) {
    return must(this->run(this->stores.catalogue().list(std::move(filter), order, std::move(after), limit)));
  }
  static std::vector<std::string> names(const std::vector<DocumentView>& documents) {
    std::vector<std::string> names;
    for (const auto& document : documents) names.push_back(document.filename);
    return names;
  }
};
TYPED_TEST_SUITE_P(CatalogueContract);

using Names = std::vector<std::string>;

TYPED_TEST_P(CatalogueContract, shows_a_new_document_as_it_was_given) {
  auto given = this->new_document("Größe \"42\" 数.pdf", UserId(7));
  given.options.pages = {{1, 5}, {9, 0}};
  given.prompt = "what's in it?";

  auto ticket = this->add(given);
  auto seen = this->find(ticket.document);

  EXPECT_EQ(seen.id, ticket.document);
  EXPECT_EQ(seen.task, ticket.task);
  EXPECT_EQ(seen.uid, given.uid);
  EXPECT_EQ(seen.owner, UserId(7));
  EXPECT_EQ(seen.filename, given.filename);
  EXPECT_EQ(seen.content, given.content);
  EXPECT_EQ(seen.bytes, 1234u);
  EXPECT_EQ(seen.sha256, given.sha256);
  EXPECT_EQ(seen.prompt, given.prompt);
  EXPECT_EQ(seen.created_at, given.created_at);
  EXPECT_EQ(seen.options, given.options);
  EXPECT_EQ(seen.state, TaskState::pending);
  EXPECT_EQ(seen.generation, 1);
  EXPECT_EQ(seen.attempt, 0);
  EXPECT_FALSE(seen.started_at || seen.completed_at || seen.failure || seen.page_count || seen.summary);
  EXPECT_EQ(must(this->run(this->stores.catalogue().find(given.uid))).id, ticket.document);
  EXPECT_EQ(ticket.filename, given.filename);
  EXPECT_EQ(ticket.content, given.content);
  EXPECT_EQ(ticket.created_at, given.created_at);
}

TYPED_TEST_P(CatalogueContract, says_not_found_for_unknown_ids) {
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().find(DocumentId(1)))), "document_not_found");
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().find(DocumentId(-1)))), "document_not_found");
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().find(Uid("' OR 1=1 --")))), "document_not_found");
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().remove(DocumentId(1)))), "document_not_found");
}

TYPED_TEST_P(CatalogueContract, records_several_documents_in_order_or_none) {
  std::vector<NewDocument> three{this->new_document("a.pdf"), this->new_document("b.pdf"), this->new_document("c.pdf")};
  auto tickets = must(this->run(this->stores.catalogue().add(three, true, std::nullopt)));
  ASSERT_EQ(tickets.size(), 3u);
  EXPECT_EQ(tickets[1].filename, "b.pdf");
  EXPECT_LT(tickets[0].document, tickets[1].document);
  EXPECT_LT(tickets[1].document, tickets[2].document);

  std::vector<NewDocument> bad{this->new_document("d.pdf"), this->new_document("e.pdf", UserId(99))};
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().add(bad, true, std::nullopt))), "user_not_found");

  EXPECT_EQ(this->names(this->list().documents), Names({"c.pdf", "b.pdf", "a.pdf"}));
}

TYPED_TEST_P(CatalogueContract, refuses_an_unknown_owner_unless_it_may_create_it) {
  std::vector<NewDocument> one{this->new_document("a.pdf", UserId(42))};
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().add(one, false, std::nullopt))), "user_not_found");

  this->add("a.pdf", UserId(42));

  auto user = must(this->run(this->stores.users().find(UserId(42))));
  EXPECT_EQ(why_not_an_email(user.email), "");
  EXPECT_GE(user.api_key.size(), 32u);
  EXPECT_TRUE(this->run(this->stores.catalogue().add(one, false, std::nullopt)).has_value());
}

TYPED_TEST_P(CatalogueContract, creates_an_owner_once_when_many_first_uploads_race) {
  std::vector<Async<Result<std::vector<TaskTicket>>>> works;
  for (int i = 0; i < 20; ++i) {
    std::vector<NewDocument> one{this->new_document("a.pdf", UserId(5))};
    works.push_back(this->stores.catalogue().add(std::move(one), true, std::nullopt));
  }

  std::set<DocumentId> ids;
  for (auto& added : run_all(this->stores.loop(), std::move(works))) ids.insert(must(std::move(added)).front().document);

  EXPECT_EQ(ids.size(), 20u);
}

TYPED_TEST_P(CatalogueContract, never_gives_an_id_twice) {
  auto first = this->add();
  must(this->run(this->stores.catalogue().remove(first.document)));

  EXPECT_GT(this->add().document, first.document);
}

TYPED_TEST_P(CatalogueContract, answers_an_idempotency_key_with_the_documents_it_made) {
  IdempotencyKey key{default_user, "key-1", "fingerprint"};
  EXPECT_TRUE(must(this->run(this->stores.catalogue().find_by_key(key))).empty());

  std::vector<NewDocument> two{this->new_document("a.pdf"), this->new_document("b.pdf")};
  auto added = must(this->run(this->stores.catalogue().add(two, true, key)));
  auto found = must(this->run(this->stores.catalogue().find_by_key(key)));

  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].document, added[0].document);
  EXPECT_EQ(found[1].task, added[1].task);
  EXPECT_EQ(found[1].filename, "b.pdf");
  IdempotencyKey other_content{default_user, "key-1", "another"};
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().find_by_key(other_content))), "key_reused");
  IdempotencyKey other_owner{UserId(2), "key-1", "another"};
  EXPECT_TRUE(must(this->run(this->stores.catalogue().find_by_key(other_owner))).empty());
}

TYPED_TEST_P(CatalogueContract, lets_one_of_two_requests_with_the_same_key_win) {
  IdempotencyKey key{default_user, "key-1", "fingerprint"};
  std::vector<Async<Result<std::vector<TaskTicket>>>> works;
  for (int i = 0; i < 2; ++i) {
    std::vector<NewDocument> one{this->new_document()};
    works.push_back(this->stores.catalogue().add(std::move(one), true, key));
  }

  auto results = run_all(this->stores.loop(), std::move(works));

  EXPECT_EQ(results[0].has_value() + results[1].has_value(), 1);
  EXPECT_EQ(code_of(results[0] ? results[1] : results[0]), "key_reused");
  EXPECT_EQ(must(this->run(this->stores.catalogue().count({}))), 1);
}

TYPED_TEST_P(CatalogueContract, frees_a_key_when_it_is_old_or_its_documents_are_gone) {
  IdempotencyKey key{default_user, "key-1", "fingerprint"};
  std::vector<NewDocument> one{this->new_document()};
  auto added = must(this->run(this->stores.catalogue().add(one, true, key)));
  must(this->run(this->stores.catalogue().remove(added[0].document)));
  EXPECT_TRUE(must(this->run(this->stores.catalogue().find_by_key(key))).empty());

  std::vector<NewDocument> again{this->new_document()};
  must(this->run(this->stores.catalogue().add(again, true, key)));
  must(this->run(this->stores.catalogue().forget_keys(again[0].created_at)));
  EXPECT_EQ(must(this->run(this->stores.catalogue().find_by_key(key))).size(), 1u);
  must(this->run(this->stores.catalogue().forget_keys(again[0].created_at + 1us)));
  EXPECT_TRUE(must(this->run(this->stores.catalogue().find_by_key(key))).empty());
}

TYPED_TEST_P(CatalogueContract, lists_by_keyset_so_that_pages_stay_stable_while_documents_come_and_go) {
  std::vector<TaskTicket> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(this->add(std::string(1, char('a' + i))));

  auto first = this->list({}, ListOrder::newest_first, {}, 2);
  this->add("g");
  must(this->run(this->stores.catalogue().remove(tickets[4].document)));  // the last one of the first page
  auto second = this->list({}, ListOrder::newest_first, first.next.value(), 2);
  auto third = this->list({}, ListOrder::newest_first, second.next.value(), 2);

  EXPECT_EQ(this->names(first.documents), Names({"f", "e"}));
  EXPECT_EQ(this->names(second.documents), Names({"d", "c"}));
  EXPECT_EQ(this->names(third.documents), Names({"b", "a"}));
  EXPECT_FALSE(third.next);
  EXPECT_EQ(this->names(this->list({}, ListOrder::oldest_first, {}, 2).documents), Names({"a", "b"}));
}

TYPED_TEST_P(CatalogueContract, refuses_a_cursor_that_it_did_not_write) {
  this->add();
  this->add();
  auto next = this->list({}, ListOrder::newest_first, {}, 1).next.value();

  for (std::string after : {std::string("x"), std::string("n"), std::string("n1x"), std::string("n-1"),
                            std::string("n99999999999999999999"), std::string("n1 OR 1=1"), std::string("\0n1", 3)})
    EXPECT_EQ(code_of(this->run(this->stores.catalogue().list({}, ListOrder::newest_first, after, 1))), "invalid_request") << after;
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().list({}, ListOrder::oldest_first, next, 1))), "invalid_request");
}

TYPED_TEST_P(CatalogueContract, filters_by_owner_state_time_and_name_in_any_combination) {
  auto start = this->stores.clock.now();
  this->add("One.pdf", UserId(1));
  this->add("two.PDF", UserId(2));
  this->add("100%_three.pdf", UserId(1));
  auto middle = this->stores.clock.now();
  this->add("four.pdf", UserId(2));
  auto claimed = this->claim();  // one.pdf, the oldest
  this->complete(claimed.front(), {this->page(1)});

  DocumentFilter owner{.owner = UserId(1)};
  EXPECT_EQ(this->names(this->list(owner).documents), Names({"100%_three.pdf", "One.pdf"}));
  DocumentFilter state{.state = TaskState::completed};
  EXPECT_EQ(this->names(this->list(state).documents), Names({"One.pdf"}));
  DocumentFilter both{.owner = UserId(1), .state = TaskState::pending};
  EXPECT_EQ(this->names(this->list(both).documents), Names({"100%_three.pdf"}));
  DocumentFilter early{.created_from = start, .created_before = middle};
  EXPECT_EQ(this->list(early).documents.size(), 3u);
  DocumentFilter from_middle{.created_from = middle};
  EXPECT_EQ(this->names(this->list(from_middle).documents), Names({"four.pdf"}));
  DocumentFilter before_start{.created_before = start};
  EXPECT_TRUE(this->list(before_start).documents.empty());
  DocumentFilter name{.filename_contains = "TWO"};
  EXPECT_EQ(this->names(this->list(name).documents), Names({"two.PDF"}));
  DocumentFilter wildcards{.filename_contains = "0%_t"};
  EXPECT_EQ(this->names(this->list(wildcards).documents), Names({"100%_three.pdf"}));
  DocumentFilter not_a_wildcard{.filename_contains = "o%e"};
  EXPECT_TRUE(this->list(not_a_wildcard).documents.empty());
  DocumentFilter all{
      .owner = UserId(2), .state = TaskState::pending, .created_from = start, .created_before = middle, .filename_contains = "pdf"};
  EXPECT_EQ(this->names(this->list(all).documents), Names({"two.PDF"}));
  EXPECT_EQ(must(this->run(this->stores.catalogue().count(all))), 1);
  EXPECT_EQ(must(this->run(this->stores.catalogue().count(owner))), 2);
  auto skipped = must(this->run(this->stores.catalogue().list_from(owner, 1, 10)));
  EXPECT_EQ(this->names(skipped), Names({"100%_three.pdf"}));
}

TYPED_TEST_P(CatalogueContract, pages_as_the_original_did_by_id_from_a_row_number) {
  for (char name = 'a'; name < 'f'; ++name) this->add(std::string(1, name));

  EXPECT_EQ(this->names(must(this->run(this->stores.catalogue().list_from({}, 1, 2)))), Names({"b", "c"}));
  EXPECT_EQ(this->names(must(this->run(this->stores.catalogue().list_from({}, 4, 100)))), Names({"e"}));
  EXPECT_TRUE(must(this->run(this->stores.catalogue().list_from({}, 5, 100))).empty());
}

TYPED_TEST_P(CatalogueContract, counts_documents_by_state) {
  this->add();
  this->add();
  this->complete(this->claim_one(), {this->page(1)});
  auto cancelled = this->add();
  this->claim();
  must(this->run(this->stores.ledger().request_cancel(cancelled.document, this->stores.clock.now())));

  auto counts = must(this->run(this->stores.catalogue().count_by_state()));

  EXPECT_EQ(counts.pending, 0);
  EXPECT_EQ(counts.processing, 1);
  EXPECT_EQ(counts.completed, 1);
  EXPECT_EQ(counts.failed, 0);
  EXPECT_EQ(counts.cancelled, 1);
}

TYPED_TEST_P(CatalogueContract, gives_pages_out_in_order_by_range_and_only_the_parts_asked_for) {
  this->add();
  auto task = this->claim_one();
  std::vector<Page> pages;
  for (int number : {4, 2, 1, 3, 5}) pages.push_back(this->page(number, "text " + std::to_string(number)));
  pages[0].label = "iv";
  pages[0].rotation = 90;
  pages[0].replaced_characters = 3;
  pages[0].fault = PageFault{"page_unreadable", "half of it is missing"};
  pages[0].has_text_layer = false;
  this->complete(task, pages);

  auto read = [&](PageRange range, PageParts parts, int limit) {
    return must(this->run(this->stores.catalogue().pages(task.lease.task, range, parts, limit)));
  };
  auto middle = read({2, 4}, PageParts{.text = true}, 100);
  ASSERT_EQ(middle.size(), 3u);
  EXPECT_EQ(middle[0].number, 2);
  EXPECT_EQ(middle[2].text, "text 4");
  EXPECT_EQ(middle[2].markdown, "");
  EXPECT_EQ(middle[2].lines, "");
  EXPECT_EQ(middle[2].label, "iv");
  EXPECT_EQ(middle[2].rotation, 90);
  EXPECT_EQ(middle[2].width_pt, 612);
  EXPECT_EQ(middle[2].replaced_characters, 3u);
  EXPECT_FALSE(middle[2].has_text_layer);
  ASSERT_TRUE(middle[2].fault);
  EXPECT_EQ(middle[2].fault->code, "page_unreadable");
  EXPECT_FALSE(middle[1].fault);
  EXPECT_TRUE(middle[1].has_text_layer);
  auto rest = read({4, 0}, PageParts{.markdown = true, .lines = true}, 1);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].markdown, "# text 4");
  EXPECT_EQ(rest[0].lines, pages[0].lines);
  EXPECT_TRUE(read({6, 0}, PageParts{.text = true}, 100).empty());
}

TYPED_TEST_P(CatalogueContract, stops_after_about_a_megabyte_of_pages_but_gives_at_least_one) {
  this->add();
  auto task = this->claim_one();
  std::vector<Page> pages;
  for (int number = 1; number <= 4; ++number) pages.push_back(this->page(number, std::string(700'000, 'x')));
  pages[3].text = std::string(3'000'000, 'y');
  this->complete(task, pages);

  auto count_from = [&](int first) {
    return must(this->run(this->stores.catalogue().pages(task.lease.task, PageRange{first, 0}, PageParts{.text = true}, 100)))
        .size();
  };
  EXPECT_EQ(count_from(1), 2u);
  EXPECT_EQ(count_from(4), 1u);
  auto numbers = must(this->run(this->stores.catalogue().pages(task.lease.task, PageRange(), PageParts(), 100)));
  EXPECT_EQ(numbers.size(), 4u);
}

TYPED_TEST_P(CatalogueContract, keeps_every_character_and_survives_those_that_databases_refuse) {
  auto ticket = this->add();
  auto task = this->claim_one();
  std::string odd = "tab\t form\f \"quotes\" 'single' \\ % $1 {x} \xE2\x80\xAE right-to-left \xF0\x9F\x98\x80 \xE4\xB8\xAD";
  std::vector<Page> pages{this->page(1, odd), this->page(2, std::string("nul\0inside", 10)),
                          this->page(3, "broken \xFF\xFE utf-8")};
  this->complete(task, pages);

  auto read = must(this->run(this->stores.catalogue().pages(ticket.task, PageRange(), PageParts{.text = true}, 10)));

  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].text, odd);
  EXPECT_EQ(read[1].text, "nul\xEF\xBF\xBDinside");
  EXPECT_TRUE(read[2].text.starts_with("broken "));
  EXPECT_EQ(this->find(ticket.document).state, TaskState::completed);
}

TYPED_TEST_P(CatalogueContract, keeps_what_the_pdf_says_about_itself) {
  auto ticket = this->add();
  auto task = this->claim_one();
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().facts(ticket.task))), "no_result");
  ExtractionSummary summary = this->summary(3);
  summary.facts.pdf_version = "1.7";
  summary.facts.tagged = true;
  summary.facts.metadata.title = "Über \"x\"\nzwei";
  summary.facts.metadata.creation_date = "2020-01-01T00:00:00Z";
  summary.facts.other_info = {{"Trapped", "False"}, {"Odd", std::string("a\0b", 3)}};
  summary.facts.xmp = "<x:xmpmeta/>";
  summary.facts.outline = {{1, "Chapter", 1}, {2, "Section", 0}};
  summary.facts.pages_without_text = {2, 3};
  must(this->run(this->stores.ledger().complete(task.lease, {}, summary, this->stores.clock.now())));

  auto facts = must(this->run(this->stores.catalogue().facts(ticket.task)));

  EXPECT_EQ(facts.page_count, 3);
  EXPECT_EQ(facts.pdf_version, "1.7");
  EXPECT_TRUE(facts.tagged);
  EXPECT_FALSE(facts.encrypted);
  EXPECT_EQ(facts.metadata.title, summary.facts.metadata.title);
  EXPECT_EQ(facts.metadata.creation_date, summary.facts.metadata.creation_date);
  EXPECT_FALSE(facts.metadata.author);
  ASSERT_EQ(facts.other_info.size(), 2u);
  EXPECT_EQ(facts.other_info[0], summary.facts.other_info[0]);
  EXPECT_EQ(facts.xmp, "<x:xmpmeta/>");
  ASSERT_EQ(facts.outline.size(), 2u);
  EXPECT_EQ(facts.outline[1].level, 2);
  EXPECT_EQ(facts.outline[1].title, "Section");
  EXPECT_EQ(facts.outline[0].page, 1);
  EXPECT_EQ(facts.pages_without_text, std::vector<int>({2, 3}));
}

TYPED_TEST_P(CatalogueContract, removes_a_document_with_all_that_belongs_to_it) {
  auto kept = this->add("kept.pdf");
  auto ticket = this->add();
  auto tasks = this->claim(2);
  this->complete(tasks[1], {this->page(1)});

  auto content = must(this->run(this->stores.catalogue().remove(ticket.document)));

  EXPECT_EQ(content, ticket.content);
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().find(ticket.document))), "document_not_found");
  EXPECT_TRUE(must(this->run(this->stores.catalogue().pages(ticket.task, PageRange(), PageParts(), 10))).empty());
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().facts(ticket.task))), "no_result");
  EXPECT_EQ(code_of(this->run(this->stores.catalogue().remove(ticket.document))), "document_not_found");
  EXPECT_EQ(this->names(this->list().documents), Names({"kept.pdf"}));
}

TYPED_TEST_P(CatalogueContract, knows_which_objects_belong_to_documents) {
  auto one = this->add();
  auto two = this->add();
  std::vector<ObjectKey> keys{two.content, ObjectKey("uploads/unknown.pdf"), one.content};

  auto known = must(this->run(this->stores.catalogue().known_objects(keys)));

  EXPECT_EQ(known, std::vector<ObjectKey>({two.content, one.content}));
  EXPECT_TRUE(must(this->run(this->stores.catalogue().known_objects({}))).empty());
}

TYPED_TEST_P(CatalogueContract, shows_exactly_what_was_answered_after_opening_it_again) {
  auto done = this->add("done.pdf");
  this->complete(this->claim_one(), {this->page(1, "kept")});
  auto waiting = this->add("waiting.pdf");

  this->stores.reopen();

  EXPECT_EQ(this->find(done.document).state, TaskState::completed);
  EXPECT_EQ(this->find(waiting.document).state, TaskState::pending);
  auto pages = must(this->run(this->stores.catalogue().pages(done.task, PageRange(), PageParts{.text = true}, 10)));
  ASSERT_EQ(pages.size(), 1u);
  EXPECT_EQ(pages[0].text, "kept");
  must(this->run(this->stores.catalogue().check()));
}

TYPED_TEST_P(CatalogueContract, adds_users_once_per_email_and_per_key) {
  auto now = this->stores.clock.now();
  auto added = must(this->run(this->stores.users().add("a@example.com", std::string(32, 'k'), now)));

  EXPECT_EQ(code_of(this->run(this->stores.users().add("a@example.com", std::string(32, 'l'), now))), "user_exists");
  EXPECT_EQ(code_of(this->run(this->stores.users().add("b@example.com", std::string(32, 'k'), now))), "user_exists");
  auto found = must(this->run(this->stores.users().find(added.id)));
  EXPECT_EQ(found.email, "a@example.com");
  EXPECT_EQ(found.api_key, std::string(32, 'k'));
  EXPECT_EQ(found.created_at, now);
  EXPECT_EQ(code_of(this->run(this->stores.users().find(UserId(99)))), "user_not_found");
}

REGISTER_TYPED_TEST_SUITE_P(CatalogueContract, shows_a_new_document_as_it_was_given, says_not_found_for_unknown_ids,
                            records_several_documents_in_order_or_none, refuses_an_unknown_owner_unless_it_may_create_it,
                            creates_an_owner_once_when_many_first_uploads_race, never_gives_an_id_twice,
                            answers_an_idempotency_key_with_the_documents_it_made, lets_one_of_two_requests_with_the_same_key_win,
                            frees_a_key_when_it_is_old_or_its_documents_are_gone,
                            lists_by_keyset_so_that_pages_stay_stable_while_documents_come_and_go,
                            refuses_a_cursor_that_it_did_not_write, filters_by_owner_state_time_and_name_in_any_combination,
                            pages_as_the_original_did_by_id_from_a_row_number, counts_documents_by_state,
                            gives_pages_out_in_order_by_range_and_only_the_parts_asked_for,
                            stops_after_about_a_megabyte_of_pages_but_gives_at_least_one,
                            keeps_every_character_and_survives_those_that_databases_refuse, keeps_what_the_pdf_says_about_itself,
                            removes_a_document_with_all_that_belongs_to_it, knows_which_objects_belong_to_documents,
                            shows_exactly_what_was_answered_after_opening_it_again, adds_users_once_per_email_and_per_key);

}  // namespace docquarry::contracts
