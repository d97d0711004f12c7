package io.diffusion4j.it.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.it.ServeProcess;
import io.diffusion4j.it.TinyPipeline;
import io.diffusion4j.serving.RawHttp;
import io.diffusion4j.serving.RawHttp2;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks on a server in a process of its own, with 512 MiB of heap: after each, the server draws
 * the same picture for somebody else, and its log has no stack trace. The size of the attacks grows
 * with {@code -Pattack}.
 */
@Tag("slow")
@Timeout(300)
@ExtendWith(TinyPipeline.Resolver.class)
class AttackTest {
  private static final int SCALE = Integer.getInteger("attack.scale", 1);
  private static final String OPERATOR = HashedTokens.newToken();
  private static final int WHOLE = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
  private static final List<String> ROUTES =
      List.of(
          "/diffusion4j/v1/images:generate",
          "/v1/images/generations",
          "/sdapi/v1/txt2img",
          "/api/generate",
          "/v2/models/tiny/infer");

  @TempDir private Path files = Path.of("");

  private final Path model;
  private ServeProcess server;

  @SuppressWarnings("NullAway.Init") // before each test
  AttackTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @BeforeEach
  void start() throws IOException {
    Files.writeString(
        files.resolve("server.yaml"),
        """
        port: 0
        receive-seconds: 2
        admin: {port: 0}
        tokens: tokens.yaml
        limits: {connections: 300}
        models: [{path: %s, name: tiny, precision: bf16}]
        """
            .formatted(model));
    Files.writeString(
        files.resolve("tokens.yaml"),
        "tokens: [{name: op, sha256: %s, roles: [admin, generate]}]"
            .formatted(HashedTokens.hash(OPERATOR)));
    server = ServeProcess.start(files);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** An attack, which may be cut off. */
  @FunctionalInterface
  private interface Attack {
    void run() throws Exception;
  }

  /** Draws over a connection of its own: one that idles is closed after a short time here. */
  private byte[] draw() {
    var few = StageOptions.newBuilder().setSteps(2).build();
    try (var somebody =
        GenerationClient.connect(
            "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken(OPERATOR))) {
      return somebody
          .generate(
              Requests.textToImage("a red apple")
                  .addSeeds(7)
                  .putStages("prior", few)
                  .putStages("decoder", few)
                  .putStages("super_res", few)
                  .build())
          .images()
          .get(0)
          .png();
    }
  }

  private void survives(Attack attack) throws Exception {
    byte[] before = draw();
    attack.run();
    assertThat(draw()).isEqualTo(before);
    assertThat(server.process().isAlive()).isTrue();
    assertThat(server.logged()).doesNotContain("\tat ", "OutOfMemoryError");
  }

  @Test
  void floodsOfFrames() throws Exception {
    byte[] cancel = {0, 0, 0, 8};
    survives(
        () -> {
          for (int i = 0; i < 4 * SCALE; i++) {
            flood(WHOLE, out -> RawHttp2.frame(out, RawHttp2.PING, 0, 0, new byte[8]), 100_000);
            flood(WHOLE, out -> RawHttp2.frame(out, RawHttp2.SETTINGS, 0, 0, new byte[0]), 20_000);
            flood(0, out -> RawHttp2.frame(out, RawHttp2.CONTINUATION, 0, 1, new byte[0]), 50_000);
            flood(0, out -> RawHttp2.frame(out, RawHttp2.PING, 0, 0, new byte[8]), 1); // invalid
            int[] stream = {1};
            flood(
                WHOLE,
                out -> {
                  int flags = RawHttp2.END_HEADERS;
                  stream[0] += 2;
                  RawHttp2.frame(out, RawHttp2.HEADERS, flags, stream[0], RawHttp2.headers());
                  RawHttp2.frame(out, RawHttp2.RST_STREAM, 0, stream[0], cancel);
                },
                400);
          }
        });
  }

  /** Writes a frame. */
  @FunctionalInterface
  private interface Frames {
    void write(DataOutputStream out) throws IOException;
  }

  /** Sends frames after the head of a request, and reads nothing. */
  private void flood(int flags, Frames frames, int count) throws IOException {
    try (Socket socket = RawHttp.connect(server.port());
        var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()))) {
      RawHttp2.begin(out);
      RawHttp2.frame(out, RawHttp2.HEADERS, flags, 1, RawHttp2.headers());
      for (int i = 0; i < count; i++) {
        frames.write(out);
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageMatching(".*(reset|Broken pipe|closed|abort).*"); // cut off
    }
  }

  @Test
  void halfRequestsOnAllConnections() throws Exception {
    survives(
        () -> {
          List<Socket> open = new ArrayList<>();
          try {
            for (int i = 0; i < 250; i++) {
              Socket socket = RawHttp.connect(server.port());
              open.add(socket);
              socket.getOutputStream().write("POST /v1/images/gen".getBytes(ISO_8859_1));
            }
            assertThat(draw()).isNotEmpty(); // beside them
          } finally {
            for (Socket socket : open) {
              socket.close();
            }
          }
        });
  }

  @Test
  void bodiesOfAllKinds() throws Exception {
    List<String> bodies =
        List.of(
            "{\"prompt\": \"\\ud800\"}",
            "[".repeat(200_000),
            "{\"a\":".repeat(100_000),
            "{\"prompt\": 1e999999999}",
            "{\"prompt\": " + "9".repeat(300_000) + "}",
            "{" + "\"AaAa\": 1, \"BBBB\": 1, \"AaBB\": 1, ".repeat(20_000) + "\"x\": 0}",
            "\uFEFF{}",
            "{\"prompt\": \"" + "\u0301".repeat(100_000) + "\"}");
    survives(
        () -> {
          for (int i = 0; i < SCALE; i++) {
            for (String route : ROUTES) {
              for (String body : bodies) {
                refused(route, body.getBytes(UTF_8), "identity", OPERATOR);
              }
              refused(route, compressed(), "gzip", OPERATOR);
            }
          }
        });
  }

  /** 32 MB of nothing. */
  private static byte[] compressed() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      for (int i = 0; i < 32; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }
    return out.toByteArray();
  }

  @Test
  void tokensOfAllKinds() throws Exception {
    String head = Base64.getUrlEncoder().encodeToString("[".repeat(3000).getBytes(UTF_8));
    survives(
        () -> {
          for (String token :
              List.of("a", "a.b.c", head + ".e30.YQ", "x".repeat(6000), OPERATOR + "a")) {
            for (String route : ROUTES) {
              byte[] body = "{}".getBytes(UTF_8);
              assertThat(refused(route, body, "identity", token)).isEqualTo(401);
            }
          }
        });
  }

  /** Returns the status of a request that is refused, which is no fault of the server. */
  private int refused(String route, byte[] body, String encoding, String token) throws Exception {
    // Not over a connection that may idle.
    var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + route))
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s: %s", route, answer.body()).isBetween(400, 499);
    return answer.statusCode();
  }
}
