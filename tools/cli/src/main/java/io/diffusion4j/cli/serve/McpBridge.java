package io.diffusion4j.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.diffusion4j.cli.console.FailureHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Carries messages of the Model Context Protocol between standard streams, a line each, and a
 * server over HTTP. A session that ended at the server is begun again.
 *
 * <p>The streams belong to a program of the user, so an argument {@code file:///…} of a tool is a
 * file of this machine: its content is sent.
 */
final class McpBridge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SESSION = "mcp-session-id";
  private static final int FAILED = -32000; // JSON-RPC leaves this code to servers
  private static final int NOT_FOUND = 404;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService calls = Executors.newCachedThreadPool();
  private final URI route;
  private final Optional<String> token;
  private final PrintStream out;
  private volatile String session = "";
  private volatile String initialize = "";

  private McpBridge(URI server, Optional<String> token, PrintStream out) {
    this.route = server.resolve("/mcp");
    this.token = token;
    this.out = out;
  }

  /** Carries messages until the input ends and all of them are answered. */
  static void run(URI server, Optional<String> token, InputStream in, PrintStream out)
      throws IOException {
    var bridge = new McpBridge(server, token, out);
    try (var lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          bridge.carry(line);
        }
      }
    } finally {
      bridge.close();
    }
  }

  private void close() {
    calls.shutdown();
    try {
      calls.awaitTermination(1, TimeUnit.HOURS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry(String line) {
    JsonNode message;
    try {
      message = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      fail(JSON.nullNode(), "message: " + e.getOriginalMessage() + " (expected: JSON in a line)");
      return;
    }
    if (message.path("method").asText().equals("initialize")) {
      initialize = line;
      answer(message); // which sets the session of all others
    } else {
      calls.execute(() -> answer(message));
    }
  }

  private void answer(JsonNode message) {
    try {
      embedFiles(message.at("/params/arguments"));
      String body = message.toString();
      HttpResponse<Stream<String>> response = send(body);
      if (response.statusCode() == NOT_FOUND && !session.isEmpty()) {
        response.body().close();
        send(initialize).body().close();
        response = send(body);
      }
      try (Stream<String> lines = response.body()) {
        if (response.statusCode() / 100 == 2) {
          lines.forEach(this::print);
        } else {
          JsonNode error = JSON.readTree(String.join("\n", lines.toList())).path("error");
          fail(message.path("id"), error.path("message").asText("status " + response.statusCode()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | IllegalArgumentException e) {
      fail(message.path("id"), FailureHandler.describe(e));
    }
  }

  private HttpResponse<Stream<String>> send(String body) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(route)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .POST(BodyPublishers.ofString(body));
    token.ifPresent(value -> request.header("authorization", "Bearer " + value));
    if (!session.isEmpty() && !body.equals(initialize)) {
      request.header(SESSION, session);
    }
    var response = http.send(request.build(), BodyHandlers.ofLines());
    response.headers().firstValue(SESSION).ifPresent(id -> session = id);
    return response;
  }

  /** Prints a response in JSON, or the data of an event. */
  private void print(String line) {
    String json = line.startsWith("data: ") ? line.substring("data: ".length()) : line;
    if (json.startsWith("{")) {
      synchronized (out) {
        out.println(json);
        out.flush();
      }
    }
  }

  private void fail(JsonNode id, String why) {
    if (!id.isMissingNode()) { // a notification is not answered
      ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
      answer.set("id", id);
      answer.putObject("error").put("code", FAILED).put("message", why);
      print(answer.toString());
    }
  }

  /** Replaces the URIs of files by their content in base64. */
  private static void embedFiles(JsonNode arguments) throws IOException {
    if (arguments instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        String text = entry.getValue().asText();
        if (text.startsWith("file:/")) {
          entry.setValue(TextNode.valueOf(base64(entry.getKey(), text)));
        }
      }
    }
    if (arguments instanceof ContainerNode<?> container) {
      for (JsonNode each : container) {
        embedFiles(each);
      }
    }
  }

  private static String base64(String name, String uri) throws IOException {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(URI.create(uri))));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          name + ": " + uri + " (expected: the URI of a file of this machine)", e);
    }
  }
}
