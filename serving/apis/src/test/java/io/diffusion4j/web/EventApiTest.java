package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.ListModelsResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The service as events, over HTTP. */
class EventApiTest {
  private final Gate gate = new Gate();
  private final ToyService service = ToyService.onPort(gate, new WebModule());
  private final HttpClient http = // whose streams end with their connection
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    gate.open();
    service.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path));
  }

  private HttpRequest generate(String json) {
    return to("/api/generate")
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(json))
        .build();
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  private static List<StreamGenerateImagesResponse> events(String body) throws IOException {
    List<StreamGenerateImagesResponse> events = new ArrayList<>();
    for (String block : Splitter.on("\n\n").omitEmptyStrings().split(body)) {
      List<String> lines = block.lines().toList();
      assertThat(lines).hasSize(2);
      var event = StreamGenerateImagesResponse.newBuilder();
      JsonFormat.parser().merge(lines.get(1).substring("data: ".length()), event);
      assertThat(lines.get(0)).isEqualToIgnoringCase("event: " + event.getEventCase().name());
      events.add(event.build());
    }
    return events;
  }

  @Test
  void aRequestIsAnsweredWithTheEventsOfTheStream() throws Exception {
    gate.open();
    var answer =
        send(
            generate(
                """
                {"textToImage": {"prompt": {"text": "a red apple"}}, "seeds": ["7"],
                 "preview": {"everySteps": 1}}
                """));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
    List<StreamGenerateImagesResponse> events = events(answer.body());
    assertThat(events)
        .extracting(StreamGenerateImagesResponse::getEventCase)
        .startsWith(EventCase.ACCEPTED)
        .contains(EventCase.STARTED, EventCase.PROGRESS, EventCase.PREVIEW, EventCase.IMAGE_DONE)
        .endsWith(EventCase.FINISHED);
    var png = new ByteArrayOutputStream();
    for (var event : events) {
      event.getImageChunk().getData().writeTo(png);
    }
    var request = Requests.textToImage("a red apple").addSeeds(7);
    request.getPreviewBuilder().setEverySteps(1);
    assertThat(png.toByteArray())
        .isEqualTo(service.client().generate(request.build()).images().get(0).png());
  }

  @Test
  void whoLeavesCancels() throws Exception {
    var request =
        generate(
            """
            {"textToImage": {"prompt": {"text": "x"}}, "stages": {"decoder": {"steps": 500}}}
            """);
    try (InputStream events = http.send(request, BodyHandlers.ofInputStream()).body()) {
      assertThat(events.read()).isEqualTo('e');
      gate.awaitCall();
    }
    service.awaitIdle();
    gate.open();
    assertThat(gate.calls()).isLessThan(10);
  }

  @Test
  void allThatIsWrongIsToldWithTheFields() throws Exception {
    var answer = send(generate("{\"textToImage\": {}, \"imageCount\": 1000}"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains(
            "\"status\":\"INVALID_ARGUMENT\"", "google.rpc.BadRequest", "google.rpc.ErrorInfo")
        .contains("\"field\":\"text_to_image.prompt.text\"", "\"field\":\"image_count\"");
  }

  @Test
  void anUnknownModelIsNotFound() throws Exception {
    var answer = send(generate("{\"model\": \"other\", \"textToImage\": {}}"));
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("MODEL_NOT_FOUND", "one of toy");
  }

  @Test
  void whatIsNoRequestIsRefusedInOneLine() throws Exception {
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "{\"prompt\": 1}",
            "{\"seeds\": [\"x\"]}",
            "{\"variation\": {\"image\": {\"data\": \"!\"}}}",
            "[".repeat(5000))) {
      var answer = send(generate(body));
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
      assertThat(answer.body()).as(body).hasLineCount(1);
      assertThat(answer.body()).as(body).doesNotContain("google.gson", "Exception");
    }
  }

  @Test
  void onlyJsonIsRead() throws Exception {
    var form =
        to("/api/generate")
            .header("content-type", "text/plain")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    assertThat(send(form).statusCode()).isEqualTo(415);
  }

  @Test
  void pagesOfOtherSitesCannotAsk() throws Exception {
    var elsewhere = to("/api/models").header("origin", "http://example.org").build();
    assertThat(send(elsewhere).statusCode()).isEqualTo(403);
    var hidden = to("/api/models").header("origin", "null").build();
    assertThat(send(hidden).statusCode()).isEqualTo(403);
    var own = to("/api/models").header("origin", "http://127.0.0.1:" + service.port()).build();
    assertThat(send(own).statusCode()).isEqualTo(200);
  }

  @Test
  void theModelsAreListed() throws Exception {
    var models = ListModelsResponse.newBuilder();
    JsonFormat.parser().merge(send(to("/api/models").build()).body(), models);
    assertThat(models.getModelsList()).isEqualTo(service.client().models());
  }

  @Test
  void thePageMayLoadNothingFromElsewhere() throws Exception {
    var page = send(to("/").build());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .startsWith("default-src 'none'; script-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.body()).doesNotContain("http:", "https:", "style=", "onclick");
    assertThat(send(to("/page/app.js").build()).headers().firstValue("content-type").orElse(""))
        .contains("javascript");
    assertThat(send(to("/page/../WebPage.class").build()).statusCode()).isIn(400, 404);
  }
}
