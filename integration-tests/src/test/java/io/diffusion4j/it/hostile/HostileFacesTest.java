package io.diffusion4j.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.common.collect.Multiset;
import io.diffusion4j.a1111.A1111Module;
import io.diffusion4j.client.Requests;
import io.diffusion4j.it.ServeProcess;
import io.diffusion4j.it.TinyPipeline;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.mcp.McpModule;
import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.openinference.OpenInferenceModule;
import io.diffusion4j.serving.Hostile;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.web.WebModule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One run of hostile requests over every interface: gRPC, gRPC-Web, JSON, the HTTP interfaces of
 * other services, jobs, bytes that are hardly HTTP, and the port for operators. Each is answered,
 * without an internal error, a stack trace or the name of a class. A long run:
 *
 * <pre>
 * ./mvnw test -pl integration-tests -am -Dtest=HostileFacesTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dhostile.requests=24000
 * </pre>
 */
@Tag("slow")
@Timeout(3600)
@ExtendWith(TinyPipeline.Resolver.class)
class HostileFacesTest {
  private static final int DEFAULT_REQUESTS = 600;
  private static final int REQUESTS = Integer.getInteger("hostile.requests", DEFAULT_REQUESTS);
  private static final long SEED = Long.getLong("hostile.seed", 2026);
  private static final int AT_ONCE = 16;
  private static final String OPERATOR = HashedTokens.newToken();
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path files = Path.of("");

  private final Path model;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private JobStore store;
  private ToyService server;
  private ServeProcess operated;

  @SuppressWarnings("NullAway.Init") // before each test
  HostileFacesTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @BeforeEach
  void start() throws IOException {
    store = JobStore.open(files.resolve("jobs.db"), Duration.ofHours(1));
    server =
        ToyService.onPort(
            query -> {},
            new OpenAiModule(),
            new WebModule(),
            new A1111Module(),
            new OpenInferenceModule(),
            new OllamaModule(),
            new McpModule(),
            new JobsModule(store, Webhooks.none()));
    Files.writeString(
        files.resolve("tokens.yaml"),
        "tokens: [{name: op, sha256: %s, roles: [admin]}]".formatted(HashedTokens.hash(OPERATOR)));
    Files.writeString(
        files.resolve("server.yaml"),
        """
        port: 0
        admin: {port: 0}
        tokens: tokens.yaml
        models: [{path: %s, name: tiny, precision: bf16}]
        """
            .formatted(model));
    operated = ServeProcess.start(files);
  }

  @AfterEach
  void stop() {
    operated.close();
    server.close();
    store.close();
  }

  @Test
  void everyRequestIsAnsweredWithoutAFault() throws Exception {
    var known = Requests.textToImage("a red apple").addSeeds(1).build();
    byte[] before = server.client().generate(known).images().get(0).png();
    Multiset<String> outcomes = ConcurrentHashMultiset.create();
    var faults = new ConcurrentLinkedQueue<String>();
    try (var faces = new Faces(server.port(), operated.adminPort(), OPERATOR)) {
      var hostile = new Hostile(SEED);
      var free = new Semaphore(AT_ONCE);
      List<Faces.Face> all = faces.all();
      for (int i = 0; i < REQUESTS; i++) {
        Faces.Face face = all.get(i % all.size());
        int number = i;
        free.acquire();
        var unused =
            face.send(hostile)
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete(
                    (outcome, failure) -> {
                      outcomes.add(
                          face.name() + " " + (failure == null ? outcome.code() : "failed"));
                      if (failure != null || outcome.isFault()) {
                        faults.add(
                            number
                                + " "
                                + face.name()
                                + ": "
                                + (failure == null ? outcome : failure));
                      }
                      free.release();
                    });
      }
      free.acquire(AT_ONCE);
    }
    if (REQUESTS > DEFAULT_REQUESTS) {
      System.out.println(outcomes);
    }
    assertThat(faults).as("%s", outcomes).isEmpty();
    assertThat(outcomes).hasSize(REQUESTS);
    assertThat(server.client().generate(known).images().get(0).png()).isEqualTo(before);
    assertThat(operated.logged()).doesNotContain("\tat ");
    assertThat(operatorsStatus()).isEqualTo(200);
  }

  private int operatorsStatus() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + operated.adminPort() + "/v1/models"))
            .header("Authorization", "Bearer " + OPERATOR)
            .build();
    return http.send(request, BodyHandlers.ofString()).statusCode();
  }
}
