package io.diffusion4j.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ConcurrentHashMultiset;
import io.diffusion4j.serving.Hostile;
import io.diffusion4j.serving.ToyService;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever comes over HTTP: it is answered, never by a fault, and the server draws as before. */
@Tag("slow")
@Timeout(300)
class HostileBodiesTest {
  private static final int REQUESTS = 4_000;
  private static final int AT_ONCE = 16;
  private static final String JSON = "application/json";

  /** A request that is as it should be. */
  private record Good(String path, String type, byte[] body) {
    static Good json(String path, String body) {
      return new Good(path, JSON, body.getBytes(UTF_8));
    }

    static Good form(String path, Form form) {
      return new Good(path, Form.TYPE, form.bytes());
    }
  }

  private static final Good PICTURE =
      Good.json(
          "/v1/images/generations",
          "{\"model\": \"toy\", \"prompt\": \"a dog\", \"n\": 2, \"size\": \"256x256\","
              + " \"response_format\": \"b64_json\", \"user\": \"somebody\"}");

  private static final List<Good> GOOD =
      List.of(
          PICTURE,
          Good.form(
              "/v1/images/edits",
              new Form()
                  .file("image", Pictures.halfTransparent(16))
                  .value("prompt", "a cat")
                  .value("n", "1")),
          Good.form(
              "/v1/images/variations",
              new Form().file("image", Pictures.opaque(16, 16)).value("size", "256x256")),
          Good.json(
              "/diffusion4j/v1/images:generate",
              "{\"textToImage\": {\"prompt\": {\"text\": \"a dog\"}}, \"seeds\": [\"7\"],"
                  + " \"imageCount\": 1, \"output\": {\"embedRecipe\": true}}"),
          Good.json(
              "/diffusion4j.v1.EmbeddingService/EmbedTexts", "{\"texts\": [\"a dog\", \"a cat\"]}"),
          Good.json("/diffusion4j.v1.ModelService/ListModels", "{\"pageSize\": 3}"));

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void nothingIsAFaultOfTheServer() throws Exception {
    var hostile = new Hostile(42);
    var statuses = ConcurrentHashMultiset.<Integer>create();
    var faults = new ConcurrentLinkedQueue<String>();
    var free = new Semaphore(AT_ONCE);
    try (var server = ToyService.onPort(2 * AT_ONCE, query -> {}, new OpenAiModule())) {
      for (Good good : GOOD) {
        var answer = client.send(post(server, good, good.body()), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s: %s", good.path(), answer.body()).isEqualTo(200);
      }
      for (int i = 0; i < REQUESTS; i++) {
        Good good = GOOD.get(i % GOOD.size());
        HttpRequest request =
            i % 50 == 0
                ? get(server, "/diffusion4j/v1/models/" + URLEncoder.encode(hostile.text(), UTF_8))
                : post(server, good, hostile.body(good.body()));
        int number = i;
        free.acquire();
        var unused =
            client
                .sendAsync(request, BodyHandlers.ofString())
                .whenComplete(
                    (answer, failure) -> {
                      if (failure == null) {
                        statuses.add(answer.statusCode());
                      }
                      if (failure != null || isFault(answer)) {
                        faults.add(
                            number
                                + " "
                                + request
                                + ": "
                                + (failure == null ? answer.body() : failure));
                      }
                      free.release();
                    });
      }
      assertThat(free.tryAcquire(AT_ONCE, 60, SECONDS)).as("all are answered").isTrue();

      assertThat(faults).as("%s", statuses).isEmpty();
      assertThat(statuses.elementSet()).contains(200, 400, 404);
      server.awaitIdle();
      var answer = client.send(post(server, PICTURE, PICTURE.body()), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  private static boolean isFault(HttpResponse<String> answer) {
    return answer.statusCode() == 500 || answer.body().contains("\"INTERNAL\"");
  }

  private static HttpRequest post(ToyService server, Good good, byte[] body) {
    return HttpRequest.newBuilder(uri(server, good.path()))
        .header("content-type", good.type())
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  private static HttpRequest get(ToyService server, String path) {
    return HttpRequest.newBuilder(uri(server, path)).build();
  }

  private static URI uri(ToyService server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
