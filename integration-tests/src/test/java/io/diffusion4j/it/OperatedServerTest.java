package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.v1.CreateGenerationJobRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own, operated through its admin port and by signals. */
@Tag("slow")
@Timeout(300)
@EnabledOnOs({OS.LINUX, OS.MAC})
@ExtendWith(TinyPipeline.Resolver.class)
class OperatedServerTest {
  private static final String OPERATOR = HashedTokens.newToken();
  private static final String ANN = HashedTokens.newToken();

  @TempDir private Path files = Path.of("");

  private final Path model;
  private final HttpClient http = HttpClient.newHttpClient();
  private ServeProcess process;
  private GenerationClient ann;

  @SuppressWarnings("NullAway.Init") // before each test
  OperatedServerTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @BeforeEach
  void start() throws IOException {
    write(
        "tokens: [%s, %s]"
            .formatted(entry("ann", ANN, "generate"), entry("op", OPERATOR, "admin")));
    configure("  - {path: %s, name: first, precision: bf16}".formatted(model), "");
    process = ServeProcess.start(files);
    ann =
        GenerationClient.connect(
            "127.0.0.1:" + process.port(), Connection.PLAINTEXT.withToken(ANN));
  }

  private static String entry(String name, String token, String role) {
    return "{name: %s, sha256: %s, roles: [%s]}".formatted(name, HashedTokens.hash(token), role);
  }

  private void write(String tokens) throws IOException {
    Files.writeString(files.resolve("tokens.yaml"), tokens);
  }

  private void configure(String models, String more) throws IOException {
    Files.writeString(
        files.resolve("server.yaml"),
        "port: 0\nadmin: {port: 0}\ntokens: tokens.yaml\njobs: {store: jobs.db}\nmodels:\n"
            + models
            + "\n"
            + more);
  }

  @AfterEach
  void end() {
    ann.close();
    process.close();
  }

  private HttpResponse<String> ask(String token, String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.adminPort() + path))
            .header("Authorization", "Bearer " + token)
            .method(method, BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private String done(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = ask(OPERATOR, method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private String refused(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = ask(OPERATOR, method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    return answer.body();
  }

  private List<String> models() {
    return ann.models().stream().map(Model::getName).toList();
  }

  private byte[] draw(String name, int steps) {
    StageOptions few = StageOptions.newBuilder().setSteps(steps).build();
    var request =
        Requests.textToImage("a red apple")
            .setModel(name)
            .putStages("prior", few)
            .putStages("decoder", few)
            .putStages("super_res", StageOptions.newBuilder().setSteps(2).build());
    return ann.generate(request.build()).images().get(0).png();
  }

  /** Jobs that wait and run when the process ends are neither lost nor logged as errors. */
  @Test
  void jobsAreDeletedByOperatorsAndEndWithTheServer() throws Exception {
    for (int i = 0; i < 12; i++) {
      create();
    }
    String deleted = done("DELETE", "/v1/jobs/ann", "");
    assertThat(deleted).containsPattern("\"state\":\"[0-9]+ jobs deleted\"");
    assertThat(done("DELETE", "/v1/jobs/nobody", "")).contains("\"0 jobs deleted\"");
    create();
    create();
    process.process().destroy(); // SIGTERM
    assertThat(process.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.logged()).doesNotContain("ERROR").doesNotContain("\tat ");
  }

  private void create() {
    var few = StageOptions.newBuilder().setSteps(2).build();
    var request =
        Requests.textToImage("a red apple")
            .putStages("prior", few)
            .putStages("decoder", few)
            .putStages("super_res", few);
    ann.jobs().create(CreateGenerationJobRequest.newBuilder().setRequest(request).build());
  }

  private void hangUp() throws IOException, InterruptedException {
    String pid = Long.toString(process.process().pid());
    assertThat(new ProcessBuilder("kill", "-HUP", pid).start().waitFor()).isZero();
  }

  private void awaitModels(String... names) throws IOException, InterruptedException {
    for (int i = 0; i < 600 && !models().equals(List.of(names)); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(models()).as("log: %s", process.logged()).containsExactly(names);
  }

  private void awaitLog(String line) throws IOException, InterruptedException {
    for (int i = 0; i < 600 && !process.logged().contains(line); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(process.logged()).contains(line);
  }

  @Test
  void bySignals() throws Exception {
    String first = "  - {path: %s, name: first, precision: bf16}\n".formatted(model);
    configure(first + "  - {path: %s, name: second, precision: bf16}".formatted(model), "");
    hangUp();
    awaitModels("first", "second");
    assertThat(draw("second", 2)).isNotEmpty();

    configure(first + "  - {path: nowhere}", "quota: {images-per-minute: 1}");
    hangUp();
    awaitLog("the models stay as they were: ");
    awaitLog("tokens, quotas and the level of the log were read again");
    assertThat(models()).containsExactly("first", "second");

    configure("  - {path: %s, name: second, precision: bf16}".formatted(model), "");
    hangUp();
    awaitModels("second");
    assertThat(draw("", 2)).isNotEmpty();
    process.process().destroy();
    assertThat(process.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.process().exitValue()).isZero();
  }

  @Test
  void byItsPort() throws Exception {
    assertThat(ask("nobody", "GET", "/v1/models", "").statusCode()).isEqualTo(401);
    assertThat(ask(ANN, "GET", "/v1/models", "").body()).contains("ROLE_MISSING");
    assertThat(ask(OPERATOR, "GET", "/v1/nothing", "").statusCode()).isEqualTo(404);
    assertThat(done("GET", "/v1/models", ""))
        .contains("\"name\":\"first\"", "\"precision\":\"bf16\"", "\"state\":\"default\"");

    String second =
        "{\"path\": \"%s\", \"name\": \"second\", \"precision\": \"bf16\"}".formatted(model);
    assertThat(done("POST", "/v1/models", second)).contains("\"name\":\"second\"");
    assertThat(models()).containsExactly("first", "second");
    assertThat(done("PUT", "/v1/models/default", "{\"name\": \"second\"}"))
        .startsWith("{\"models\":[{\"name\":\"second\"");
    assertThat(refused("DELETE", "/v1/models/second", ""))
        .contains("model: second (expected: one that is not the default)");
    assertThat(refused("POST", "/v1/models", "{\"path\": \"/nowhere\"}")).contains("/nowhere");
    assertThat(refused("POST", "/v1/models", "{\"path\": \"/\"}"))
        .contains("model: / (expected: a folder with")
        .doesNotContain("Exception", "/proc");
    assertThat(refused("POST", "/v1/models", "{\"pth\": \"/x\"}"))
        .contains("body: pth: unknown (expected: one of name, path, precision, published)");
    done("DELETE", "/v1/models/first", "");
    awaitModels("second");

    assertThat(done("PUT", "/v1/quotas/ann", "{\"images-per-minute\": 1}"))
        .contains("\"ann\":{\"images-per-minute\":1}");
    draw("", 2);
    assertThatThrownBy(() -> draw("", 2))
        .isInstanceOfSatisfying(
            GenerationException.class,
            e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
    assertThat(done("PUT", "/v1/log", "{\"level\": \"debug\"}")).contains("DEBUG");
    assertThat(refused("PUT", "/v1/log", "{\"level\": \"loud\"}")).contains("loud");
    assertThat(done("POST", "/v1/reload", "")).contains("reloaded");
    awaitModels("first");
    assertThat(done("GET", "/v1/quotas", "")).contains("\"given\":{}");

    assertThat(done("GET", "/v1/tokens", ""))
        .contains("\"name\":\"ann\"", HashedTokens.hash(ANN).substring(0, 12))
        .doesNotContain(HashedTokens.hash(ANN));
    done("DELETE", "/v1/tokens/ann", "");
    assertThatThrownBy(this::models).isInstanceOf(GenerationException.class);
    done("POST", "/v1/reload", "");
    assertThatThrownBy(this::models).as("revoked for good").isInstanceOf(GenerationException.class);

    assertThat(done("POST", "/v1/drain", "")).contains("draining");
    assertThat(process.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.process().exitValue()).isZero();
  }
}
