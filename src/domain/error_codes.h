// Every error of the product, one line each. Derived from this table: the code in API answers, docs/errors.md, the enum in
// openapi.yaml, the HTTP status (api/problem.cc, by kind) and the worker's decision to try again.
#pragma once

#include "base/io_errors.h"

#include <array>

namespace docquarry {

// clang-format off
//                               name                    kind                     retry  public text
inline constexpr ErrorCode invalid_request       {"invalid_request",       ErrorKind::invalid,     false, "The request is not valid."};
inline constexpr ErrorCode invalid_setting       {"invalid_setting",       ErrorKind::invalid,     false, "A setting has a value that is not allowed."};
inline constexpr ErrorCode not_a_pdf             {"not_a_pdf",             ErrorKind::unsupported, false, "The file is not a PDF."};
inline constexpr ErrorCode empty_file            {"empty_file",            ErrorKind::invalid,     false, "The file is empty."};
inline constexpr ErrorCode invalid_file_name     {"invalid_file_name",     ErrorKind::invalid,     false, "The file name cannot be used."};
inline constexpr ErrorCode file_too_large        {"file_too_large",        ErrorKind::too_large,   false, "The file is larger than allowed."};
inline constexpr ErrorCode too_many_files        {"too_many_files",        ErrorKind::too_large,   false, "The request holds more files than allowed."};
inline constexpr ErrorCode document_not_found    {"document_not_found",    ErrorKind::not_found,   false, "There is no such document."};
inline constexpr ErrorCode page_not_found        {"page_not_found",        ErrorKind::not_found,   false, "The document has no such page."};
inline constexpr ErrorCode user_not_found        {"user_not_found",        ErrorKind::not_found,   false, "There is no such user."};
inline constexpr ErrorCode user_exists           {"user_exists",           ErrorKind::conflict,    false, "A user with this email or API key already exists."};
inline constexpr ErrorCode not_finished          {"not_finished",          ErrorKind::conflict,    true,  "The document is not finished yet."};
inline constexpr ErrorCode already_finished      {"already_finished",      ErrorKind::conflict,    false, "The document is already finished."};
inline constexpr ErrorCode no_result             {"no_result",             ErrorKind::not_found,   false, "The document ended without a result."};
inline constexpr ErrorCode lease_lost            {"lease_lost",            ErrorKind::conflict,    false, "Another worker continued this task."};
inline constexpr ErrorCode request_in_flight     {"request_in_flight",     ErrorKind::conflict,    true,  "A request with this Idempotency-Key is still being answered."};
inline constexpr ErrorCode key_reused            {"key_reused",            ErrorKind::invalid,     false, "This Idempotency-Key was used for a different request."};
inline constexpr ErrorCode rate_limited          {"rate_limited",          ErrorKind::too_many,    true,  "Too many requests; see Retry-After."};
inline constexpr ErrorCode shutting_down         {"shutting_down",         ErrorKind::unavailable, true,  "The service is stopping; try again in a moment."};
inline constexpr ErrorCode read_only             {"read_only",             ErrorKind::unavailable, true,  "Nothing can be changed right now; what is there can be read."};
inline constexpr ErrorCode foreign_origin        {"foreign_origin",        ErrorKind::forbidden,   false, "A page of another site may not use this service."};
inline constexpr ErrorCode unknown_host          {"unknown_host",          ErrorKind::forbidden,   false, "This service is not known under this host name."};
inline constexpr ErrorCode not_acceptable        {"not_acceptable",        ErrorKind::unsupported, false, "None of the accepted content types can be produced."};
inline constexpr ErrorCode range_not_satisfiable {"range_not_satisfiable", ErrorKind::invalid,     false, "The range lies outside of the file."};
inline constexpr ErrorCode database_unavailable  {"database_unavailable",  ErrorKind::unavailable, true,  "The database does not answer right now."};
inline constexpr ErrorCode schema_too_new        {"schema_too_new",        ErrorKind::internal,    false, "The database was made by a newer version."};
inline constexpr ErrorCode data_in_use           {"data_in_use",           ErrorKind::unavailable, true,  "Another process uses this data directory."};
inline constexpr ErrorCode queue_unavailable     {"queue_unavailable",     ErrorKind::unavailable, true,  "The queue does not answer right now."};
inline constexpr ErrorCode invalid_document      {"invalid_document",      ErrorKind::invalid,     false, "The file is not a usable PDF."};
inline constexpr ErrorCode password_required     {"password_required",     ErrorKind::invalid,     false, "The document is encrypted and needs a password."};
inline constexpr ErrorCode wrong_password        {"wrong_password",        ErrorKind::invalid,     false, "The password does not open the document."};
inline constexpr ErrorCode unsupported_encryption{"unsupported_encryption",ErrorKind::invalid,     false, "The document is encrypted in a way that is not supported."};
inline constexpr ErrorCode page_unreadable       {"page_unreadable",       ErrorKind::invalid,     false, "The page could not be read."};
inline constexpr ErrorCode memory_limit          {"memory_limit",          ErrorKind::too_large,   false, "The document needs more memory than allowed."};
inline constexpr ErrorCode time_limit            {"time_limit",            ErrorKind::timeout,     false, "The document needs more time than allowed."};
inline constexpr ErrorCode output_limit          {"output_limit",          ErrorKind::too_large,   false, "The document holds more text, pages or objects than allowed."};
inline constexpr ErrorCode extractor_crashed     {"extractor_crashed",     ErrorKind::internal,    true,  "The document made the extractor crash."};
inline constexpr ErrorCode extractor_unavailable {"extractor_unavailable", ErrorKind::unavailable, true,  "The extractor cannot be started right now."};
inline constexpr ErrorCode extractor_refused     {"extractor_refused",     ErrorKind::forbidden,   false, "The extraction service refuses to work for this installation."};
inline constexpr ErrorCode empty_result          {"empty_result",          ErrorKind::invalid,     false, "The extractor found no text in the document."};
inline constexpr ErrorCode extractor_misbehaved  {"extractor_misbehaved",  ErrorKind::internal,    true,  "The extractor sent an answer that cannot be right."};
inline constexpr ErrorCode attempts_exhausted    {"attempts_exhausted",    ErrorKind::internal,    false, "Every attempt to process the document was interrupted."};
inline constexpr ErrorCode task_cancelled        {"task_cancelled",        ErrorKind::cancelled,   false, "The task was cancelled."};
// clang-format on

inline constexpr std::array error_codes{&invalid_request,
                                        &invalid_setting,
                                        &not_a_pdf,
                                        &empty_file,
                                        &invalid_file_name,
                                        &file_too_large,
                                        &too_many_files,
                                        &document_not_found,
                                        &page_not_found,
                                        &user_not_found,
                                        &user_exists,
                                        &not_finished,
                                        &already_finished,
                                        &no_result,
                                        &lease_lost,
                                        &request_in_flight,
                                        &key_reused,
                                        &rate_limited,
                                        &at_capacity,
                                        &shutting_down,
                                        &read_only,
                                        &database_unavailable,
                                        &schema_too_new,
                                        &data_in_use,
                                        &queue_unavailable,
                                        &invalid_document,
                                        &password_required,
                                        &wrong_password,
                                        &unsupported_encryption,
                                        &page_unreadable,
                                        &memory_limit,
                                        &time_limit,
                                        &output_limit,
                                        &extractor_crashed,
                                        &extractor_unavailable,
                                        &extractor_refused,
                                        &empty_result,
                                        &extractor_misbehaved,
                                        &attempts_exhausted,
                                        &task_cancelled,
                                        &internal_error,
                                        &file_not_found,
                                        &storage_unavailable,
                                        &storage_full,
                                        &malformed_request,
                                        &truncated_upload,
                                        &body_too_large,
                                        &client_too_slow,
                                        &unsupported_media,
                                        &foreign_origin,
                                        &unknown_host,
                                        &not_acceptable,
                                        &range_not_satisfiable,
                                        &head_too_large,
                                        &route_not_found,
                                        &method_not_allowed,
                                        &connection_failed};

// The row with this name; internal_error when there is none (a row written by a newer version).
const ErrorCode& error_code_named(std::string_view name);

}  // namespace docquarry
