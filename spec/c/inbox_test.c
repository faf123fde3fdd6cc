/*
** inbox_test.c - unread messages, each once, and those that wait for room.
*/
#include "node/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "node/held.h"
#include "node/state.h"
#include "script.h"

static const actor b = {.name = "b:1", .process = 11};
static const actor c = {.name = "c:1", .process = 12};
static const actor d = {.name = "d:1", .process = 13};
static const actor go = {.name = "g:1", .program = ACTOR_V113};

/* Members b, c and g, and room for so many messages. */
static void open (script *s, size_t messages) {
  script_init(s);
  s->opt.inbox_messages = messages;
  script_start(s);
  script_member(s, &b);
  script_member(s, &c);
  script_member(s, &go);
}

/* What comes of a message. */
static const char *says (script *s, const actor *by, const char *text,
                         uint64_t number) {
  return script_given(s, script_say(s, by, text, number));
}

TEST(onemessage, "a message is delivered, and its response given") {
  script s;
  open(&s, 9);
  CHECK(gp_inbox_peek(s.node) == NULL);
  TEXT(says(&s, &b, "one", 1), "200 v113");
  CHECK(script_raised(&s, GP_SIGNAL_INBOX));
  TEXT(says(&s, &b, "two", 2), "200 v113");
  TEXT(says(&s, &go, "three", 0), "200 v113");
  TEXT(told_message(s.node), "b: one");
  TEXT(told_message(s.node), "b: two");
  TEXT(told_message(s.node), "g: three");
  TEXT(told_message(s.node), "");
  CHECK(gp_node_due(s.node) == UINT64_MAX);
  script_close(&s);
}

TEST(repeated, "what is repeated is responded to, and not delivered again") {
  script s;
  open(&s, 9);
  says(&s, &b, "two", 2);
  (void)script_raised(&s, GP_SIGNAL_INBOX);
  TEXT(says(&s, &b, "two", 2), "200 v113");
  TEXT(says(&s, &b, "one", 1), "200 v113");
  CHECK(!script_raised(&s, GP_SIGNAL_INBOX));
  TEXT(says(&s, &c, "of c", 1), "200 v113");
  TEXT(says(&s, &b, "three", 3), "200 v113");
  TEXT(told_message(s.node), "b: two");
  TEXT(told_message(s.node), "c: of c");
  TEXT(told_message(s.node), "b: three");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(unnumbered, "what has no number is always delivered") {
  script s;
  open(&s, 9);
  says(&s, &b, "five", 5);
  says(&s, &b, "x", 0);
  says(&s, &b, "x", 0);
  script_pass(&s, 120000);
  says(&s, &b, "five", 5); /* is known still */
  TEXT(told_message(s.node), "b: five");
  TEXT(told_message(s.node), "b: x");
  TEXT(told_message(s.node), "b: x");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(otherprocess, "what the process before said is known for two minutes") {
  static const actor other = {.name = "b:1", .process = 21};
  script s;
  open(&s, 9);
  says(&s, &b, "five", 5);
  says(&s, &other, "one", 1);
  says(&s, &b, "five", 5);
  TEXT(told_message(s.node), "b: five");
  TEXT(told_message(s.node), "b: one");
  TEXT(told_message(s.node), "");
  script_pass(&s, 119999);
  says(&s, &b, "five", 5);
  TEXT(told_message(s.node), "");
  script_pass(&s, 1);
  says(&s, &b, "five", 5);
  TEXT(told_message(s.node), "b: five");
  script_close(&s);
}

TEST(goneknown, "what one said that is gone is known for two minutes") {
  script s;
  open(&s, 9);
  says(&s, &b, "five", 5);
  TEXT(told_message(s.node), "b: five");
  script_disconnect(&s, &b);
  script_disconnect(&s, &c);
  CHECK(script_record(&s, "b:1") == NULL);
  script_pass(&s, 119999);
  script_member(&s, &b);
  script_member(&s, &c);
  says(&s, &b, "five", 5);
  TEXT(told_message(s.node), "");
  says(&s, &c, "of c", 5);
  TEXT(told_message(s.node), "c: of c");
  says(&s, &b, "six", 6);
  TEXT(told_message(s.node), "b: six");
  script_disconnect(&s, &b);
  script_pass(&s, 120000);
  script_member(&s, &b);
  says(&s, &b, "six", 6);
  TEXT(told_message(s.node), "b: six");
  script_close(&s);
}

TEST(gonesilent, "one that said nothing before it went takes no memory") {
  script s;
  script_init(&s);
  s.opt.max_members = 1;
  script_start(&s);
  script_member(&s, &b);
  says(&s, &b, "one", 1);
  TEXT(told_message(s.node), "b: one");
  script_disconnect(&s, &b);
  script_member(&s, &c);
  script_disconnect(&s, &c);
  script_member(&s, &b);
  says(&s, &b, "one", 1);
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(room, "a message that finds no room waits until one was read") {
  script s;
  size_t x, y;
  open(&s, 1);
  says(&s, &b, "one", 1);
  x = script_say(&s, &b, "two", 2);
  y = script_say(&s, &c, "three", 1);
  TEXT(script_given(&s, x), "");
  (void)script_raised(&s, GP_SIGNAL_INBOX);
  TEXT(told_message(s.node), "b: one");
  CHECK(script_raised(&s, GP_SIGNAL_INBOX));
  TEXT(script_given(&s, x), "200 v113");
  TEXT(script_given(&s, y), "");
  TEXT(told_message(s.node), "b: two");
  TEXT(script_given(&s, y), "200 v113");
  CHECK(gp_node_due(s.node) == UINT64_MAX);
  TEXT(told_message(s.node), "c: three");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(roombytes, "messages take room by their bytes, too") {
  script s;
  script_init(&s);
  s.opt.inbox_bytes = 4;
  script_start(&s);
  script_member(&s, &b);
  TEXT(says(&s, &b, "123", 1), "200 v113");
  TEXT(says(&s, &b, "4", 2), "200 v113");
  TEXT(says(&s, &b, "5", 3), "");
  TEXT(told_message(s.node), "b: 123");
  TEXT(script_given(&s, 3), "200 v113");
  script_close(&s);
}

TEST(heldrepeated, "what is repeated need not wait with the others") {
  script s;
  open(&s, 1);
  says(&s, &b, "one", 1);
  says(&s, &c, "waits", 1);
  TEXT(says(&s, &b, "one", 1), "200 v113");
  script_close(&s);
}

TEST(heldtwice, "what waits twice is delivered once") {
  script s;
  size_t x, y;
  open(&s, 1);
  says(&s, &b, "one", 1);
  x = script_say(&s, &b, "two", 2);
  y = script_say(&s, &b, "two", 2);
  TEXT(told_message(s.node), "b: one");
  TEXT(script_given(&s, x), "200 v113");
  TEXT(script_given(&s, y), "200 v113");
  TEXT(told_message(s.node), "b: two");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(gaveup, "what a sender has given up was not delivered") {
  script s;
  size_t x;
  open(&s, 1);
  says(&s, &b, "one", 1);
  x = script_say(&s, &b, "two", 2);
  script_giveup(&s, x);
  says(&s, &b, "two", 2);
  TEXT(told_message(s.node), "b: one");
  CHECK(*script_given(&s, x) != '\0');
  TEXT(told_message(s.node), "b: two");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(leftmeanwhile, "what one said before it left is delivered once") {
  script s;
  size_t x;
  open(&s, 1);
  says(&s, &b, "one", 1);
  x = script_say(&s, &c, "five", 5);
  script_disconnect(&s, &c);
  CHECK(script_record(&s, "c:1") == NULL);
  TEXT(told_message(s.node), "b: one");
  TEXT(script_given(&s, x), "200 v113");
  TEXT(told_message(s.node), "c: five");
  script_member(&s, &c);
  says(&s, &c, "five", 5);
  TEXT(told_message(s.node), "");
  says(&s, &c, "six", 6);
  TEXT(told_message(s.node), "c: six");
  script_close(&s);
}

TEST(toolong, "what waits for four seconds is refused, and that is told") {
  script s;
  size_t x, y;
  uint64_t since;
  open(&s, 1);
  since = s.now;
  says(&s, &b, "one", 1);
  x = script_say(&s, &b, "two", 2);
  SAME(gp_node_due(s.node), since + 4000);
  script_pass(&s, 1000);
  y = script_say(&s, &c, "three", 1);
  SAME(gp_node_due(s.node), since + 4000);
  script_pass(&s, 2999);
  TEXT(script_given(&s, x), "");
  script_pass(&s, 1);
  TEXT(script_given(&s, x), "503 v113 Too busy, try again");
  TEXT(script_given(&s, y), "");
  SAME(gp_node_peekfailure(s.node)->status, 503);
  SAME(gp_node_peekfailure(s.node)->origin->len, 3); /* b:1 */
  TEXT(told_failure(s.node), "serving -: ELIMIT");
  script_pass(&s, 1000);
  TEXT(script_given(&s, y), "503 v113 Too busy, try again");
  TEXT(told_failure(s.node), "serving -: ELIMIT");
  TEXT(told_failure(s.node), "");
  TEXT(told_message(s.node), "b: one");
  says(&s, &b, "two", 2);
  TEXT(told_message(s.node), "b: two");
  script_close(&s);
}

TEST(gaveupintime, "what its sender has given up is no failure of ours") {
  script s;
  size_t x;
  open(&s, 1);
  says(&s, &b, "one", 1);
  x = script_say(&s, &b, "two", 2);
  script_giveup(&s, x);
  script_pass(&s, 4000);
  CHECK(*script_given(&s, x) != '\0');
  TEXT(told_failure(s.node), "");
  TEXT(told_message(s.node), "b: one");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

TEST(inboxfreed, "what waits when the node goes is told that it is busy") {
  script s;
  open(&s, 1);
  says(&s, &b, "one", 1);
  says(&s, &b, "two", 2);
  says(&s, &c, "three", 1);
  script_close(&s);
  TEXT(s.received[4].text, "503 v113 Too busy, try again");
  TEXT(s.received[5].text, "503 v113 Too busy, try again");
}

/* What comes of one that comes while there is no memory. */
static const char *starved (script *s, uint64_t number) {
  gp_recvreq request = script_ask(s, &b, GP_BROADCAST, "x");
  size_t x;
  request.ext.nonce = 11;
  request.ext.number = number;
  memory_fail(1, true);
  x = script_receive(s, &request);
  CHECK(memory_heal());
  return script_given(s, x);
}

TEST(inboxmemory, "a message for which there is no memory is refused") {
  script s;
  open(&s, 1);
  TEXT(starved(&s, 1), "503 v113 Too busy, try again");
  TEXT(says(&s, &b, "one", 1), "200 v113");
  TEXT(starved(&s, 2), "503 v113 Too busy, try again");
  TEXT(told_message(s.node), "b: one");
  TEXT(told_message(s.node), "");
  script_close(&s);
}

/* A text of so many MiB; freed with all else when the case ends. */
static char *large (size_t mib) {
  size_t len = mib << 20;
  char *text = malloc(len + 1);
  CHECK(text != NULL);
  memset(text, 'x', len);
  text[len] = '\0';
  return text;
}

/* The inbox is full, and 32 MiB of g wait, in messages 4 and 5. */
static char *openhalf (script *s) {
  char *half = large(16);
  script_init(s);
  s->opt.inbox_messages = 1;
  s->opt.max_body = (size_t)100 << 20;
  script_start(s);
  script_member(s, &b);
  script_member(s, &c);
  script_member(s, &go);
  TEXT(says(s, &b, "one", 1), "200 v113");
  TEXT(says(s, &go, half, 0), "");
  TEXT(says(s, &go, half, 0), "");
  return half;
}

TEST(heldbytes, "what waits has 64 MiB, the second half for those that have "
                "nothing there") {
  script s;
  char *half = openhalf(&s);
  TEXT(says(&s, &go, "more", 0), "503 v113 Too busy, try again");
  TEXT(told_failure(s.node), "serving -: ELIMIT");
  TEXT(says(&s, &b, half, 2), "");
  TEXT(says(&s, &b, half, 3), "503 v113 Too busy, try again");
  TEXT(says(&s, &c, half, 1), ""); /* and now it is full */
  script_member(&s, &d);
  TEXT(says(&s, &d, "full", 1), "503 v113 Too busy, try again");
  TEXT(told_message(s.node), "b: one");
  TEXT(script_given(&s, 4), "200 v113");
  gp_inbox_drop(s.node); /* half: 48 MiB wait, and then 32 */
  TEXT(script_given(&s, 5), "200 v113");
  TEXT(says(&s, &d, "one", 1), "");
  TEXT(says(&s, &d, "two", 2), "503 v113 Too busy, try again");
  gp_inbox_drop(s.node);
  TEXT(says(&s, &d, "two", 2), "");
  gp_inbox_drop(s.node);
  gp_inbox_drop(s.node);
  TEXT(told_message(s.node), "d: one");
  TEXT(told_message(s.node), "d: two");
  TEXT(told_message(s.node), "");
  SAME(s.node->inbox.held_count, 0);
  SAME(s.node->inbox.held_bytes, 0);
  script_close(&s);
  free(half);
}

TEST(heldgone, "what its sender has given up makes room for what waits") {
  script s;
  char *half = openhalf(&s);
  script_giveup(&s, 5);
  TEXT(says(&s, &go, half, 0), "");
  CHECK(*script_given(&s, 5) != '\0');
  SAME(s.node->inbox.held_count, 2);
  SAME(s.node->inbox.held_bytes, (size_t)32 << 20);
  TEXT(says(&s, &go, half, 0), "503 v113 Too busy, try again");
  script_pass(&s, 4000);
  SAME(s.node->inbox.held_bytes, 0);
  TEXT(says(&s, &go, half, 0), "");
  script_close(&s);
  free(half);
}

TEST(heldlarge, "one message larger than all the room may wait alone") {
  script s;
  char *text;
  open(&s, 1);
  s.node->self.opt.max_body = (size_t)100 << 20;
  says(&s, &b, "one", 1);
  text = large(65);
  TEXT(says(&s, &go, text, 0), "");
  TEXT(says(&s, &c, "two", 1), "503 v113 Too busy, try again");
  script_close(&s);
  free(text);
}

/* Hands one of g in, past what the script has room for. */
static bool pours (script *s, script_exchange *x) {
  gp_recvreq request = script_ask(s, &go, GP_BROADCAST, "x");
  bool waits = !gp_inbox_receive(s->node, script_of(s, &go), request.msg,
                                 NULL, &x->head);
  gp_recvreq_clear(&request);
  return waits;
}

TEST(heldcount, "so many messages wait, and no more") {
  script_exchange *x = calloc(2049, sizeof *x);
  script s;
  size_t i;
  CHECK(x != NULL);
  open(&s, 1);
  says(&s, &b, "one", 1);
  for (i = 0; i < 2048; i++)
    CHECK(pours(&s, &x[i]));
  CHECK(!pours(&s, &x[i]));
  TEXT(x[i].text, "503 any Too busy, try again");
  TEXT(says(&s, &b, "two", 2), "");
  script_close(&s);
  free(x);
}

TEST(heldlist, "those that wait are a row, the first due first") {
  script s;
  gp_ring list;
  gp_recvreq one, two;
  script_exchange *x;
  script_open(&s);
  x = s.received;
  one = script_ask(&s, &b, GP_BROADCAST, "1");
  two = script_ask(&s, &c, GP_BROADCAST, "2");
  gp_ring_init(&list);
  CHECK(gp_held_first(&list) == NULL && gp_held_due(&list) == UINT64_MAX);
  CHECK(gp_held_put(&list, one.msg, &x[0].head, 70));
  CHECK(gp_held_put(&list, two.msg, &x[1].head, 60));
  memory_fail(1, false);
  CHECK(!gp_held_put(&list, two.msg, &x[2].head, 80));
  CHECK(memory_heal());
  CHECK(gp_held_put(&list, two.msg, &x[2].head, 60));
  SAME(gp_held_due(&list), 60);
  CHECK(gp_held_take(gp_held_first(&list)) == &x[1].head);
  CHECK(gp_held_take(gp_held_first(&list)) == &x[2].head);
  CHECK(gp_held_first(&list)->msg == one.msg);
  SAME(gp_held_due(&list), 70);
  gp_held_clear(s.node, &list);
  CHECK(gp_ring_empty(&list));
  TEXT(x[0].text, "503 any Too busy, try again");
  TEXT(x[1].text, "");
  gp_recvreq_clear(&one);
  gp_recvreq_clear(&two);
  script_close(&s);
}
