package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.OptionalBinder;
import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A port that is open before the models are loaded. */
@Timeout(60)
class LoadingTest {
  @Test
  void whoAsksAServerThatLoadsIsToldAndServedLater() throws Exception {
    try (var port = HttpPort.open(CONFIG)) {
      var channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port.address().getPort())
              .usePlaintext()
              .build();
      try {
        var generation = GenerationServiceGrpc.newBlockingStub(channel);
        var health = HealthGrpc.newBlockingStub(channel);
        var watched = health.watch(HealthCheckRequest.getDefaultInstance());
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        var service =
            HealthCheckRequest.newBuilder().setService(GenerationServiceGrpc.SERVICE_NAME).build();
        assertThat(health.check(service).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);

        Refusal refusal = Refusal.of(() -> generation.generateImages(request("x").build()));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.reason()).isEqualTo("LOADING");
        assertThat(refusal.detail(RetryInfo.class)).isPresent();
        var models = get(port, "/diffusion4j/v1/models");
        assertThat(models.statusCode()).isEqualTo(503);
        assertThat(models.headers().firstValue("retry-after")).hasValue("1");
        assertThat(models.body()).contains("the server is loading its models");
        var page =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port.address().getPort() + "/"))
                        .header("accept", "text/html,*/*")
                        .build(),
                    BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("retry-after")).hasValue("1");
        assertThat(page.body()).contains("the server is loading its models");

        try (var server =
            TestServer.wire(CONFIG, openedBefore(port), ToyModel.named("toy")).start()) {
          assertThat(server.port()).isEqualTo(port.address().getPort());
          assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
          assertThat(health.check(service).getStatus()).isEqualTo(ServingStatus.SERVING);
          assertThat(generation.generateImages(request("x").build()).getImagesCount()).isEqualTo(1);
          assertThat(get(port, "/diffusion4j/v1/models").statusCode()).isEqualTo(200);
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static Module openedBefore(HttpPort port) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), HttpPort.class).setBinding().toInstance(port);
      }
    };
  }

  private static HttpResponse<String> get(HttpPort port, String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + port.address().getPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
