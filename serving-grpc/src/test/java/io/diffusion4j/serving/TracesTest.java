package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request is a trace with its waiting time, and the time of each of its batches by stage. */
@Timeout(60)
class TracesTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";
  private static final String GENERATE = "diffusion4j.v1.GenerationService/GenerateImages";

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final OpenTelemetry telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exported))
                  .build())
          .build();
  private final Module module =
      new AbstractModule() {
        @Override
        protected void configure() {
          OptionalBinder.newOptionalBinder(binder(), OpenTelemetry.class)
              .setBinding()
              .toInstance(telemetry);
        }
      };

  private List<SpanData> spans(int expected) throws InterruptedException {
    for (int i = 0; i < 500 && exported.getFinishedSpanItems().size() < expected; i++) {
      TimeUnit.MILLISECONDS.sleep(10); // a call ends after its answer
    }
    return exported.getFinishedSpanItems();
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void ofAClientsTraceWithAllStages() throws Exception {
    try (var server = new TestServer(CONFIG, module, ToyModel.named("toy"))) {
      var headers = new Metadata();
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), TRACEPARENT);
      server
          .blocking()
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .generateImages(request("x").build());
      List<SpanData> spans = spans(7);
      assertThat(spans)
          .extracting(SpanData::getName)
          .containsExactly("queue", "text", "prior", "decoder", "super_res", "encode", GENERATE);
      assertThat(spans).extracting(SpanData::getTraceId).containsOnly(TRACE);
      SpanData call = named(spans, GENERATE);
      assertThat(call.getParentSpanId()).isEqualTo(PARENT);
      assertThat(spans.subList(0, 6))
          .allSatisfy(
              span -> {
                assertThat(span.getParentSpanId()).isEqualTo(call.getSpanId());
                assertThat(span.getEndEpochNanos()).isLessThanOrEqualTo(call.getEndEpochNanos());
                assertThat(span.getAttributes().asMap().toString()).contains("toy");
              });
    }
  }

  @Test
  void alsoAsJson() throws Exception {
    try (var server = new TestServer(CONFIG, module, ToyModel.named("toy"))) {
      String body = "{\"textToImage\": {\"prompt\": {\"text\": \"x\"}}, \"imageCount\": 6}";
      RawHttp.ask(
          server.server.port(),
          "POST /diffusion4j/v1/images:generate HTTP/1.1\r\nHost: localhost\r\ntraceparent: %s\r\n"
                  .formatted(TRACEPARENT)
              + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(body.length(), body));
      List<SpanData> spans = spans(12);
      assertThat(spans).as("two batches").hasSize(12);
      assertThat(spans).extracting(SpanData::getTraceId).containsOnly(TRACE);
    }
  }

  @Test
  void anEmbeddingWaitsAndIsEmbedded() throws Exception {
    try (var server = new TestServer(CONFIG, module, ToyModel.named("toy"))) {
      var unused =
          EmbeddingServiceGrpc.newBlockingStub(server.channel)
              .embedTexts(EmbedTextsRequest.newBuilder().addTexts("x").build());
      assertThat(spans(3))
          .extracting(SpanData::getName)
          .containsExactly("queue", "embed", "diffusion4j.v1.EmbeddingService/EmbedTexts");
    }
  }

  @Test
  void whatFailsIsTheSpanInWhichItDid() throws IOException, InterruptedException {
    var model =
        ToyModel.named(
            "toy",
            query -> {
              throw new IllegalStateException("a network that chokes");
            });
    try (var server = new TestServer(CONFIG, module, model)) {
      Refusal.of(() -> server.blocking().generateImages(request("x").build()));
      List<SpanData> spans = spans(5);
      assertThat(named(spans, "decoder").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(named(spans, "prior").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(named(spans, GENERATE).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }
  }
}
