package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ConcurrentHashMultiset;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * For any input, the server keeps running, responds with a documented error, and never with an
 * internal one.
 */
class HostilityTest {
  private static final int REQUESTS = Integer.getInteger("hostile.requests", 10_000);
  private static final int AT_ONCE = 32;
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();

  @SuppressWarnings("NullAway.Init") // set by JUnit before each test
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"), ToyModel.named("other"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void requestsThatNobodyShouldSendAreAnsweredWithoutAFault() throws Exception {
    var known = request("a red apple").addSeeds(1).build();
    var before = server.blocking().generateImages(known).getImagesList();

    List<MethodDescriptor<?, ?>> methods =
        Stream.of(
                GenerationServiceGrpc.getServiceDescriptor(),
                ModelServiceGrpc.getServiceDescriptor(),
                EmbeddingServiceGrpc.getServiceDescriptor())
            .<MethodDescriptor<?, ?>>flatMap(service -> service.getMethods().stream())
            .toList();
    var generate = GenerationServiceGrpc.getGenerateImagesMethod();
    var hostile = new Hostile(2026);
    var outcomes = ConcurrentHashMultiset.<Code>create();
    List<String> faults = new ArrayList<>();
    var free = new Semaphore(AT_ONCE);
    for (int i = 0; i < REQUESTS; i++) {
      MethodDescriptor<?, ?> method = i % 2 == 0 ? generate : methods.get(i / 2 % methods.size());
      byte[] request = hostile.request(prototype(method));
      free.acquire();
      int number = i;
      send(
          method,
          request,
          status -> {
            outcomes.add(status.getCode());
            if (status.getCode() == Code.INTERNAL || status.getCode() == Code.UNKNOWN) {
              synchronized (faults) {
                faults.add(number + " " + method.getFullMethodName() + ": " + status);
              }
            }
            free.release();
          });
    }
    assertThat(free.tryAcquire(AT_ONCE, 120, SECONDS)).as("all are answered").isTrue();

    assertThat(faults).as("%s", outcomes).isEmpty();
    assertThat(outcomes).hasSize(REQUESTS);
    assertThat(outcomes.elementSet())
        .as("the requests got far enough to be refused for different reasons, and some were fine")
        .contains(Code.OK, Code.INVALID_ARGUMENT, Code.NOT_FOUND);
    server.awaitUnfinished(0);
    assertThat(server.blocking().generateImages(known).getImagesList()).isEqualTo(before);
    assertHealthy();
  }

  @Test
  void promptsOfTenMegabytesAreTooMuch() {
    for (String letter : List.of("x", "\u0000", "🍎".repeat(2))) {
      String prompt = letter.repeat((10 << 20) / letter.length());
      var refusal = Refusal.of(() -> server.blocking().generateImages(request(prompt).build()));
      assertThat(refusal.code()).as(refusal.message()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }
    assertHealthy();
  }

  @Test
  void namesThatArePathsAreNamesThatAreUnknown() {
    for (String name : List.of("../../etc/passwd", "/etc/passwd", "toy/", "./toy", "toy\u0000")) {
      var refusal =
          Refusal.of(() -> server.blocking().generateImages(request("x").setModel(name).build()));
      assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
      var options = StageOptions.newBuilder().setSampler(name).setSchedule(name).build();
      assertThat(
              Refusal.of(
                      () ->
                          server
                              .blocking()
                              .generateImages(request("x").putStages("prior", options).build()))
                  .code())
          .isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void imagesThatAreBombsOrNoImagesAreRefusedBeforeAnythingIsDecoded() {
    for (byte[] bomb :
        List.of(
            Hostile.pngOfSize(100_000, 100_000),
            Hostile.pngOfSize(Integer.MAX_VALUE, Integer.MAX_VALUE),
            Hostile.pngOfSize(64, 64),
            new byte[1 << 20])) {
      var task =
          VariationTask.newBuilder()
              .setImage(InputImage.newBuilder().setData(ByteString.copyFrom(bomb)));
      var refusal =
          Refusal.of(
              () ->
                  server
                      .blocking()
                      .generateImages(
                          GenerateImagesRequest.newBuilder().setVariation(task).build()));
      assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    }
    assertHealthy();
  }

  private void assertHealthy() {
    for (String service : List.of("", "diffusion4j.v1.model/toy")) {
      assertThat(
              HealthGrpc.newBlockingStub(server.channel)
                  .check(HealthCheckRequest.newBuilder().setService(service).build())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  private static Message prototype(MethodDescriptor<?, ?> method) {
    if (method.getFullMethodName().startsWith(GenerationServiceGrpc.SERVICE_NAME)) {
      return request("a red apple").setModel("toy").addSeeds(7).build();
    }
    var marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
    return (Message) requireNonNull(marshaller.getMessagePrototype());
  }

  private interface Outcome {
    void is(Status status);
  }

  private void send(MethodDescriptor<?, ?> method, byte[] request, Outcome outcome) {
    ClientCall<byte[], byte[]> call =
        server.channel.newCall(
            method.toBuilder(BYTES, BYTES).build(),
            CallOptions.DEFAULT.withDeadlineAfter(60, SECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            outcome.is(status);
          }
        },
        new Metadata());
    call.request(1_000_000);
    call.sendMessage(request);
    call.halfClose();
  }

  /** Messages in their serialized form. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
