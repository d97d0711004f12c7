package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DiffusionServerTest {
  @Test
  void itIsHealthyAsAWholeAndForEachService() throws IOException {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      for (String service :
          new String[] {"", GenerationServiceGrpc.SERVICE_NAME, ModelServiceGrpc.SERVICE_NAME}) {
        assertThat(
                HealthGrpc.newBlockingStub(server.channel)
                    .check(HealthCheckRequest.newBuilder().setService(service).build())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      }
    }
  }

  @Test
  void itsHealthTellsThatItIsShuttingDown() throws Exception {
    Gate gate = new Gate();
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("x"));
      gate.awaitCall();
      var statuses =
          HealthGrpc.newBlockingStub(server.channel).watch(HealthCheckRequest.getDefaultInstance());
      assertThat(statuses.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      Thread closing = new Thread(server.server::close);
      closing.start();
      HealthCheckResponse next = statuses.next();
      assertThat(next.getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      closing.join();
    }
  }

  @Test
  void reflectionTellsTheServicesAndTheirFiles() throws Exception {
    try (var server = new TestServer(ToyModel.ofTextsOnly("toy"))) {
      var services =
          reflect(server, ServerReflectionRequest.newBuilder().setListServices("").build())
              .getListServicesResponse();
      assertThat(services.getServiceList())
          .extracting(ServiceResponse::getName)
          .contains(
              "diffusion4j.v1.GenerationService",
              "diffusion4j.v1.EmbeddingService",
              "diffusion4j.v1.ModelService",
              "grpc.health.v1.Health");

      var file =
          reflect(
                  server,
                  ServerReflectionRequest.newBuilder()
                      .setFileContainingSymbol("diffusion4j.v1.GenerationService")
                      .build())
              .getFileDescriptorResponse()
              .getFileDescriptorProtoList()
              .stream()
              .map(DiffusionServerTest::parse)
              .map(FileDescriptorProto::getName);
      assertThat(file).contains("diffusion4j/v1/generation_service.proto");
    }
  }

  @Test
  void aMethodThatNoModelOffersIsUnimplemented() throws IOException {
    try (var server = new TestServer(ToyModel.ofTextsOnly("toy"))) {
      var refusal =
          Refusal.of(
              () ->
                  EmbeddingServiceGrpc.newBlockingStub(server.channel)
                      .embedTexts(EmbedTextsRequest.getDefaultInstance()));
      assertThat(refusal.code()).isEqualTo(Code.UNIMPLEMENTED);
      assertThat(refusal.message()).isEqualTo("EmbedTexts: toy has no networks for it");
    }
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var server =
            TestServer.wire(CONFIG.withPort(taken.getLocalPort()), ToyModel.named("toy"))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(IOException.class)
          .hasMessageMatching(
              "port: (\\d+) \\(expected: one that is free; 127.0.0.1:\\1: .*in use.*\\)");
    }
  }

  @Test
  void aHostThatIsNotOneIsNamed() {
    try (var server = TestServer.wire(CONFIG.withHost("no such host"), ToyModel.named("toy"))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(IOException.class)
          .hasMessage("host: no such host (expected: a name or address of this machine)");
    }
  }

  @Test
  void itIsStartedOnce() throws IOException {
    try (var server = TestServer.wire(CONFIG, ToyModel.named("toy"))) {
      assertThatThrownBy(server::port)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the server was not started");
      server.start();
      assertThatThrownBy(server::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the server was started before");
    }
  }

  @Test
  void itListensOnThisMachineOnly() throws IOException {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      assertThat(server.server.address().getAddress().isLoopbackAddress()).isTrue();
    }
  }

  @Test
  void itServesItsOwnProcessWithoutAPort() throws Exception {
    var request = request("x").addSeeds(5).setImageCount(5);
    try (var server = TestServer.wire(CONFIG, ToyModel.named("toy"));
        var other = new TestServer(ToyModel.named("toy"))) {
      server.startInProcess("here");
      try (var client = GenerationClient.inProcess("here")) {
        var generation = client.generate(request.build(), progress -> {});
        assertThat(generation.images())
            .extracting(picture -> ByteString.copyFrom(picture.png()))
            .isEqualTo(
                other.blocking().generateImages(request.build()).getImagesList().stream()
                    .map(GeneratedImage::getData)
                    .toList());
        assertThatThrownBy(() -> client.generate(request("").build(), progress -> {}))
            .hasMessage("text_to_image.prompt.text: \"\" (expected: some words)");
      }
    }
  }

  private static ServerReflectionResponse reflect(
      TestServer server, ServerReflectionRequest request) throws InterruptedException {
    BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    var requests =
        ServerReflectionGrpc.newStub(server.channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable t) {
                    throw new AssertionError(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(request);
    requests.onCompleted();
    var answer = answers.poll(10, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    return answer;
  }

  private static FileDescriptorProto parse(ByteString bytes) {
    try {
      return FileDescriptorProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
