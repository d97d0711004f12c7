package io.diffusion4j.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A hub of one model on the loopback interface, and a second host for its large files. */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGE = 1_000;

  /** What a handler does before it answers; whether it has answered itself. */
  @FunctionalInterface
  interface Fault {
    boolean answers(HttpExchange exchange) throws IOException;
  }

  final Map<String, byte[]> files = new TreeMap<>();
  final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
  final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();

  /** After how many bytes the connections of the other host are cut, one after the other. */
  final ConcurrentLinkedQueue<Integer> cuts = new ConcurrentLinkedQueue<>();

  /** Holds the cut connections open, so that the client receives nothing more. */
  volatile boolean silent;

  String claimedHash = "";

  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer hub = start();
  private final HttpServer storage = start();

  FakeHub() {
    hub.createContext("/", exchange -> handle(exchange, true));
    storage.createContext("/", exchange -> handle(exchange, false));
  }

  private static HttpServer start() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newCachedThreadPool());
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  URI endpoint() {
    return address(hub);
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange, boolean first) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      String range = exchange.getRequestHeaders().getFirst("Range");
      requests.add(
          (first ? "hub " : "storage ")
              + exchange.getRequestURI()
              + (token == null ? "" : " with a token")
              + (range == null ? "" : " " + range));
      Fault fault = path.startsWith("/api") ? null : faults.poll();
      if (fault != null && fault.answers(exchange)) {
        return;
      }
      if (path.startsWith("/api/models/org/name/revision/")) {
        revision(exchange, path.substring(path.lastIndexOf('/') + 1));
      } else if (path.equals("/api/models/org/name/tree/" + COMMIT)) {
        tree(exchange);
      } else if (path.startsWith("/org/name/resolve/" + COMMIT + "/")) {
        file(exchange, path.substring(("/org/name/resolve/" + COMMIT + "/").length()), first);
      } else {
        refuse(exchange, 401, "RepoNotFound", "Repository not found");
      }
    }
  }

  private void revision(HttpExchange exchange, String revision) throws IOException {
    if (revision.equals("main")) {
      answer(exchange, 200, JSON.writeValueAsBytes(Map.of("sha", COMMIT)));
    } else {
      refuse(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
    }
  }

  /** A page for each file. */
  private void tree(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    int page = query.contains("page=") ? Integer.parseInt(query.replaceAll(".*page=", "")) : 0;
    String path = List.copyOf(files.keySet()).get(page);
    byte[] content = Objects.requireNonNull(files.get(path));
    var entry = new TreeMap<String, Object>();
    entry.put("type", "file");
    entry.put("path", path);
    entry.put("size", content.length);
    entry.put("oid", gitHash(content));
    if (content.length >= LARGE) {
      String hash = claimedHash.isEmpty() ? hash("SHA-256", content) : claimedHash;
      entry.put("lfs", Map.of("oid", hash, "size", content.length));
    }
    if (page + 1 < files.size()) {
      String next = exchange.getRequestURI().getPath() + "?recursive=true&page=" + (page + 1);
      exchange.getResponseHeaders().add("Link", "<" + endpoint() + next + ">; rel=\"next\"");
    }
    answer(exchange, 200, JSON.writeValueAsBytes(List.of(entry)));
  }

  private void file(HttpExchange exchange, String path, boolean first) throws IOException {
    byte[] content = files.get(path);
    if (content == null) {
      refuse(exchange, 404, "EntryNotFound", "Entry not found");
    } else if (first && content.length >= LARGE) {
      exchange
          .getResponseHeaders()
          .add("Location", address(storage) + exchange.getRequestURI().getPath());
      exchange.sendResponseHeaders(302, -1);
    } else {
      Integer cut = content.length >= LARGE ? cuts.poll() : null;
      send(exchange, content, cut == null ? content.length : cut);
      if (cut != null && silent) {
        hold(exchange);
      }
    }
  }

  private void hold(HttpExchange exchange) throws IOException {
    exchange.getResponseBody().flush();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends the file from the requested offset to {@code until}; then the connection ends. */
  static void send(HttpExchange exchange, byte[] content, int until) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from >= content.length && from > 0) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
    exchange.getResponseBody().write(content, from, Math.max(0, until - from));
  }

  static void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    exchange.getResponseHeaders().add("X-Error-Code", code);
    exchange.getResponseHeaders().add("X-Error-Message", message);
    exchange.sendResponseHeaders(status, -1);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  static String gitHash(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + content.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hash("SHA-1", all);
  }

  static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    storage.stop(0);
  }
}
