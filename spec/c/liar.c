/*
** liar.c - see liar.h.
*/
#include "liar.h"

#include <stdio.h>
#include <string.h>

#include "node/state.h"

static size_t chance (liars *l, size_t n) {
  return (size_t)world_chance(l->w, n);
}

static bool often (liars *l, size_t percent) {
  return chance(l, 100) < percent;
}

void liars_name (char out[32], size_t i) {
  snprintf(out, 32, "10.1.0.%zu:5000", i + 1);
}

static const gp_peer *anynobody (liars *l) {
  return l->nobodies.at[chance(l, l->nobodies.n)];
}

static const gp_peer *anyhonest (liars *l) {
  return gp_simhost_self(l->w->at[chance(l, l->honest)]);
}

/* Any name, with a reference: of an honest one, a liar, nobody. */
static gp_peer *anyname (liars *l) {
  size_t which = chance(l, 10);
  if (which < 6)
    return gp_peer_ref(anyhonest(l));
  if (which < 9)
    return gp_peer_ref(l->at[chance(l, l->many)].name);
  return gp_peer_ref(anynobody(l));
}

static uint64_t anyprocess (liars *l) {
  size_t i = chance(l, l->honest + l->many + 1);
  if (i >= l->honest + l->many)
    return 77;
  return i < l->honest ? world_node(l->w, i)->self.identity.process
                       : l->at[i - l->honest].process;
}

/* One that was shown to some of them, or a guess. */
static gp_cookie anycookie (liars *l) {
  size_t known = l->shown < LIAR_COOKIES ? l->shown : LIAR_COOKIES;
  gp_cookie c;
  size_t i;
  if (known > 0 && often(l, 80))
    return l->cookies[chance(l, known)];
  for (i = 0; i < sizeof c.bytes; i++)
    c.bytes[i] = (unsigned char)chance(l, 256);
  return c;
}

static gp_digest anydigest (liars *l) {
  gp_digest d;
  size_t i;
  for (i = 0; i < sizeof d.bytes; i++)
    d.bytes[i] = (unsigned char)chance(l, 256);
  return d;
}

/* The nick of number 0 and that of nobody. */
static void setnick (liars *l, gp_identity *who) {
  static const char *const nicks[] = {"", "", "owner", "eve"};
  strcpy(who->nick, nicks[chance(l, 4)]);
}

/* Itself, as it would say it. */
static void tellself (const liar *one, gp_extension *x) {
  x->who.peer = one->name;
  x->who.process = one->process;
  x->who.version = GP_VERSION;
}

/* Whom it claims to be; 'name' is borrowed. */
static void pretend (liars *l, gp_peer *name, gp_extension *x) {
  x->who.peer = often(l, 80) ? name : NULL;
  x->who.process = anyprocess(l);
  x->who.version = often(l, 90) ? GP_VERSION : (unsigned)chance(l, 5);
  setnick(l, &x->who);
  x->has_cookie = often(l, 60);
  x->cookie = anycookie(l);
}

static void learn (liars *l, const gp_extension *x) {
  if (x->has_cookie && x->topic != GP_TOPIC_COOKIE)
    l->cookies[l->shown++ % LIAR_COOKIES] = x->cookie;
}

/* Some, and now and then very many that there are not. */
static void list (liar *one, gp_sendresp *response) {
  liars *l = one->all;
  size_t i, n = often(l, 10) ? l->nobodies.n / 4 : 0;
  gp_peerlist_clear(&one->list);
  for (i = chance(l, 4) * n; n > 0; i++, n--)
    SAME(gp_peerlist_add(&one->list, l->nobodies.at[i]), GP_OK);
  n = chance(l, 8);
  while (n-- > 0) {
    gp_peer *p = anyname(l);
    if (!gp_peerlist_has(&one->list, p))
      SAME(gp_peerlist_add(&one->list, p), GP_OK);
    gp_peer_unref(p);
  }
  response->list = &one->list;
}

static bool wantslist (const gp_recvreq *request) {
  return request->msg == NULL ? request->ext.topic == GP_TOPIC_LIST
                              : request->msg->type == GP_CONNECT;
}

static bool answer (void *self, const gp_recvreq *request,
                    gp_sendresp *response) {
  static const int statuses[] = {200, 200, 200, 204, 400, 403,
                                 409, 413, 429, 500, 503, 504};
  liar *one = self;
  liars *l = one->all;
  learn(l, &request->ext);
  if (often(l, 3))
    return false;
  if (wantslist(request)) {
    list(one, response);
    response->ext.has_list = request->msg == NULL;
  }
  response->ext.confirmed = request->ext.topic == GP_TOPIC_COOKIE;
  response->ext.has_digest = often(l, 20);
  response->ext.digest = anydigest(l);
  tellself(one, &response->ext);
  if (often(l, 70))
    return true;
  gp_peer_unref(one->claimed);
  one->claimed = anyname(l);
  pretend(l, one->claimed, &response->ext);
  response->ext.confirmed = often(l, 30);
  response->status = statuses[chance(l, sizeof statuses / sizeof *statuses)];
  return true;
}

static bool ignore (void *self, const gp_recvreq *request,
                    gp_sendresp *response) {
  (void)request;
  (void)response;
  ((liars *)self)->dials++;
  return false;
}

/* A host without a node, which the world does not count. */
static gp_simhost *addscript (liars *l, const gp_peer *name,
                              gp_simscript *script, void *self) {
  gp_simhost *h;
  SAME(gp_sim_add(l->w->sim, name, &l->w->opt, NULL, &h), GP_OK);
  gp_simhost_stop(h);
  gp_simhost_setscript(h, script, self);
  return h;
}

static void addliar (liars *l, size_t i) {
  liar *one = &l->at[i];
  char name[32];
  if (i % 2 == 0)
    snprintf(name, sizeof name, "10.1.0.%zu:6000", i + 1);
  else
    snprintf(name, sizeof name, "10.2.0.%zu:6000", i + 1);
  one->all = l;
  one->name = world_peer(name);
  one->process = 1000 + i;
  one->at = addscript(l, one->name, answer, one);
}

static void addnobodies (liars *l, size_t count) {
  while (l->nobodies.n < count) {
    size_t i = l->nobodies.n;
    char text[40];
    gp_peer *name;
    snprintf(text, sizeof text, "10.9.%zu.%zu:5000", i / 250, i % 250 + 1);
    name = world_peer(text);
    SAME(gp_peerlist_add(&l->nobodies, name), GP_OK);
    if (i == 0)
      l->nobody = addscript(l, name, ignore, l);
    else
      SAME(gp_simhost_alias(l->nobody, name), GP_OK);
    gp_peer_unref(name);
  }
}

void liars_open (liars *l, world *w, size_t many, size_t nobodies) {
  size_t i;
  memset(l, 0, sizeof *l);
  l->w = w;
  l->honest = w->n;
  l->many = many;
  CHECK(many <= LIAR_MOST);
  addnobodies(l, nobodies);
  for (i = 0; i < many; i++)
    addliar(l, i);
}

void liars_close (liars *l) {
  size_t i;
  gp_peerlist_clear(&l->nobodies);
  for (i = 0; i < l->many; i++) {
    gp_peerlist_clear(&l->at[i].list);
    gp_peer_unref(l->at[i].name);
    gp_peer_unref(l->at[i].claimed);
  }
}

static void forge (liar *one, const gp_peer *to, gp_sendreq *request) {
  request->form = GP_FORM_V113;
  request->to = to;
  SAME(gp_simhost_forge(one->at, to, request), GP_OK);
  if (request->msg != NULL)
    gp_message_unref(request->msg);
}

static gp_message *newmessage (gp_msgtype type, const gp_peer *from) {
  gp_peerlist nobody = {0, 0, NULL};
  gp_blob *data = NULL;
  gp_message *m;
  if (type == GP_BROADCAST || type == GP_DIRECT) {
    data = gp_blob_new(strlen(LIAR_TEXT));
    CHECK(data != NULL);
    memcpy(data->bytes, LIAR_TEXT, data->len);
  }
  SAME(gp_message_new(&m, type, from, &nobody, data), GP_OK);
  gp_blob_unref(data);
  return m;
}

void liars_join (liars *l) {
  size_t i;
  for (i = 0; i < l->many; i++) {
    gp_sendreq request;
    memset(&request, 0, sizeof request);
    request.from = l->at[i].name;
    request.msg = newmessage(GP_CONNECT, request.from);
    tellself(&l->at[i], &request.ext);
    request.ext.has_cookie = true;
    request.ext.cookie.bytes[0] = (unsigned char)i;
    forge(&l->at[i], anyhonest(l), &request);
  }
}

/* A probe, with any topic. */
static void addtopic (liars *l, gp_peer *name, gp_extension *x) {
  static const gp_topic topics[] = {GP_TOPIC_NONE,    GP_TOPIC_PROBE,
                                    GP_TOPIC_SUSPECT, GP_TOPIC_DIGEST,
                                    GP_TOPIC_LIST,    GP_TOPIC_COOKIE};
  x->topic = topics[chance(l, sizeof topics / sizeof *topics)];
  switch (x->topic) {
    case GP_TOPIC_PROBE:
    case GP_TOPIC_SUSPECT: x->about = anyhonest(l); break;
    case GP_TOPIC_DIGEST:
    case GP_TOPIC_LIST: x->about = name; break;
    case GP_TOPIC_COOKIE:
      x->has_cookie = true;
      x->process = anyprocess(l);
      break;
    default: break;
  }
  x->digest = anydigest(l);
}

/* What stands in a connect or a message. */
static void addmarks (liars *l, gp_msgtype type, gp_extension *x) {
  if (type == GP_CONNECT) {
    x->topic = often(l, 20) ? GP_TOPIC_RECONNECT : GP_TOPIC_NONE;
    x->alone = often(l, 10);
    x->brief = often(l, 10);
    x->visit = often(l, 10);
  }
  else if (often(l, 60)) {
    x->nonce = anyprocess(l);
    x->number = 1 + chance(l, 200);
    x->notice = often(l, 10);
  }
}

static void act (liar *one) {
  static const gp_msgtype types[] = {GP_CONNECT,    GP_CONNECT,
                                     GP_DISCONNECT, GP_BROADCAST,
                                     GP_BROADCAST,  GP_DIRECT};
  liars *l = one->all;
  gp_peer *name = anyname(l);
  gp_sendreq request;
  memset(&request, 0, sizeof request);
  request.from = name;
  if (often(l, 80))
    pretend(l, name, &request.ext);
  if (often(l, 40))
    addtopic(l, name, &request.ext);
  else {
    gp_msgtype type = types[chance(l, sizeof types / sizeof *types)];
    request.msg = newmessage(type, name);
    addmarks(l, type, &request.ext);
  }
  l->claims += gp_sim_find(l->w->sim, name) == l->nobody;
  forge(one, anyhonest(l), &request);
  gp_peer_unref(name);
}

void liars_act (liars *l) {
  size_t i;
  for (i = 0; i < l->many; i++)
    act(&l->at[i]);
}
