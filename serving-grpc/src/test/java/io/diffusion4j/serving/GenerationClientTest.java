package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.Progress;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationClientTest {
  @Test
  void itReturnsTheFilesAndTheirRecipesAndReportsProgress() throws IOException {
    try (var server = new TestServer(ToyModel.named("toy"));
        var client = server.client()) {
      List<Progress> progress = new ArrayList<>();
      Generation generation =
          client.generate(
              request("a very long story about a red apple").setImageCount(5).build(),
              progress::add);
      assertThat(generation.images()).hasSize(5);
      for (Generation.Picture picture : generation.images()) {
        assertThat(Png.text(picture.png())).containsEntry(Recipes.KEYWORD, picture.recipe());
      }
      assertThat(generation.warnings()).hasSize(1);
      assertThat(generation.failures()).isEmpty();
      assertThat(generation.requestId()).isNotEmpty();
      assertThat(generation.plan().getRequest().getSeedsCount()).isEqualTo(1);
      assertThat(generation.usage().getImages()).isEqualTo(5);
      assertThat(progress).extracting(Progress::getStage).contains("prior", "super_res");
    }
  }

  @Test
  void whoWatchesGetsWhatOthersGet() throws IOException {
    try (var server = new TestServer(ToyModel.named("toy"));
        var client = server.client()) {
      var request = request("a red apple").setImageCount(3).addSeeds(7).build();
      Generation watched = client.generate(request, ProgressListener.NONE);
      Generation unwatched = client.generate(request);
      assertThat(unwatched.images())
          .extracting(image -> image.metadata().getSha256())
          .containsExactlyElementsOf(
              watched.images().stream().map(image -> image.metadata().getSha256()).toList());
      assertThat(unwatched.usage().getImages()).isEqualTo(3);
    }
  }

  /** gRPC's own limit for a message is 4 MiB. */
  @Test
  void anAnswerMayBeLarge() throws IOException {
    byte[] image = new byte[5 << 20];
    try (var server = new Answering(image, Hashing.sha256().hashBytes(image));
        var client = server.client()) {
      var images = client.generate(request("x").build()).images();
      assertThat(images).singleElement().extracting(Generation.Picture::png).isEqualTo(image);
    }
  }

  @Test
  void anImageThatWasDamagedOnItsWayIsRefused() throws IOException {
    try (var server = new Answering(new byte[9], Hashing.sha256().hashBytes(new byte[8]));
        var client = server.client()) {
      var error =
          catchThrowableOfType(
              GenerationException.class, () -> client.generate(request("x").build()));
      assertThat(error.code()).isEqualTo(Code.DATA_LOSS);
      assertThat(error).hasMessageEndingWith(": image 0: damaged (expected: its SHA-256)");
    }
  }

  /** A server with one fixed response. */
  private static final class Answering extends GenerationServiceGrpc.GenerationServiceImplBase
      implements AutoCloseable {
    private final Server server;
    private final GenerateImagesResponse answer;

    Answering(byte[] image, HashCode sha256) throws IOException {
      var metadata =
          ImageMetadata.newBuilder()
              .setSizeBytes(image.length)
              .setSha256(ByteString.copyFrom(sha256.asBytes()));
      answer =
          GenerateImagesResponse.newBuilder()
              .addImages(
                  GeneratedImage.newBuilder()
                      .setMetadata(metadata)
                      .setData(ByteString.copyFrom(image)))
              .build();
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(this)
              .build()
              .start();
    }

    @Override
    public void generateImages(
        GenerateImagesRequest request, StreamObserver<GenerateImagesResponse> call) {
      call.onNext(answer);
      call.onCompleted();
    }

    GenerationClient client() {
      return GenerationClient.connect("127.0.0.1:" + server.getPort());
    }

    @Override
    public void close() {
      server.shutdownNow();
    }
  }

  @Test
  void anInterruptStopsTheRequestAtTheServer() throws Exception {
    Gate gate = new Gate();
    try (var server = new TestServer(CONFIG, ToyModel.named("toy", gate::accept));
        var client = server.client()) {
      var asking =
          new Thread(
              () -> assertThatThrownBy(() -> client.generate(request("x").build())), "asking");
      asking.start();
      gate.awaitCall();
      asking.interrupt();
      asking.join();
      server.awaitUnfinished(0);
      gate.open();
    }
  }

  @Test
  void itListsTheModels() throws IOException {
    try (var server = new TestServer(ToyModel.named("b"), ToyModel.named("a"));
        var client = server.client()) {
      assertThat(client.models()).extracting(Model::getName).containsExactly("a", "b");
    }
  }

  @Test
  void aRefusalIsOneLineThatNamesTheServerAndTheFault() throws IOException {
    try (var server = new TestServer(ToyModel.named("toy"));
        var client = server.client()) {
      var request = request("").putStages("decoder", steps(-1)).build();
      var error =
          catchThrowableOfType(
              GenerationException.class, () -> client.generate(request, ProgressListener.NONE));
      assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(error)
          .hasMessage(
              "127.0.0.1:"
                  + server.server.port()
                  + ": text_to_image.prompt.text: \"\" (expected: some words);"
                  + " stages[\"decoder\"].steps: -1 (expected: 1 to 1000)");
    }
  }

  @Test
  void aServerThatDoesNotRunIsNamed() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (var client = GenerationClient.connect("127.0.0.1:" + port)) {
      var error = catchThrowableOfType(GenerationException.class, client::models);
      assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(error)
          .hasMessageMatching(
              "127.0.0.1:"
                  + port
                  + ": no answer \\(expected: a running Diffusion4J server\\); .*refused.*");
    }
  }

  @Test
  void anotherKindOfServerIsNamed() throws IOException {
    var health = new HealthStatusManager();
    health.setStatus("other", ServingStatus.SERVING);
    var server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(health.getHealthService())
            .build()
            .start();
    try (var client = GenerationClient.connect("localhost:" + server.getPort())) {
      assertThatThrownBy(client::models)
          .isInstanceOf(GenerationException.class)
          .hasMessage(
              "localhost:"
                  + server.getPort()
                  + ": does not know diffusion4j.v1 (expected: a Diffusion4J server)");
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void aListenerThatThrowsStopsTheRequestAtTheServer() throws Exception {
    Gate gate = new Gate();
    try (var server = new TestServer(CONFIG, ToyModel.named("toy", gate::accept));
        var client = server.client()) {
      assertThatThrownBy(
              () ->
                  client.generate(
                      request("x").putStages("decoder", steps(50)).build(),
                      progress -> {
                        if (progress.getStage().equals("decoder")) {
                          throw new CancellationException("enough");
                        }
                      }))
          .isInstanceOf(CancellationException.class);
      gate.awaitCall();
      server.awaitUnfinished(0);
      gate.open();
      client.generate(request("y").build(), ProgressListener.NONE);
      assertThat(gate.calls()).isEqualTo(1 + 4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", ":50051", "localhost:", "localhost:x", "h:70000"})
  void anAddressThatIsNoneIsRefused(String address) {
    assertThatThrownBy(() -> GenerationClient.connect(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server: " + address + " (expected: host:port, such as localhost:50051)");
  }
}
