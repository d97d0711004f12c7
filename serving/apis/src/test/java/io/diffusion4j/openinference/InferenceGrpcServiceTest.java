package io.diffusion4j.openinference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Module;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import io.diffusion4j.openinference.v2.InferParameter;
import io.diffusion4j.openinference.v2.InferTensorContents;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferInputTensor;
import io.diffusion4j.openinference.v2.ModelInferRequest.InferRequestedOutputTensor;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelMetadataRequest;
import io.diffusion4j.openinference.v2.ModelMetadataResponse.TensorMetadata;
import io.diffusion4j.openinference.v2.ModelReadyRequest;
import io.diffusion4j.openinference.v2.ServerMetadataRequest;
import io.diffusion4j.openinference.v2.ServerReadyRequest;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class InferenceGrpcServiceTest {
  private static final int SIZE = ToyService.IMAGE_SIZE;

  /** Tokens are the names of tenants, whose rights their names say. */
  private static final Map<String, Principal> TENANTS =
      Map.of(
          "ann",
          new Principal("ann", Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), Quota.NONE),
          "embedder",
          new Principal("embedder", Set.of(Role.EMBED), Set.of(Principal.EVERY_MODEL), Quota.NONE),
          "other",
          new Principal("other", Set.of(Role.GENERATE), Set.of("another"), Quota.NONE),
          "poor",
          new Principal("poor", Set.of(Role.GENERATE), Set.of("toy"), new Quota(1, 1, 100)));

  private static final Module ASKING = ToyService.asking(InferenceGrpcServiceTest::principal);

  private volatile Consumer<Object> network = query -> {};

  @SuppressWarnings("NullAway.Init") // set by JUnit before each test
  private ToyService server;

  @SuppressWarnings("NullAway.Init")
  private ManagedChannel channel;

  private static Principal principal(String token) {
    Principal principal = TENANTS.get(token);
    if (principal == null) {
      throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: an unknown token");
    }
    return principal;
  }

  @BeforeEach
  void start() {
    server = ToyService.onPort(query -> network.accept(query), new OpenInferenceModule(), ASKING);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(16 << 20)
            .build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    server.close();
  }

  private GRPCInferenceServiceBlockingStub as(String token) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel).withInterceptors(bearer(token));
  }

  private GRPCInferenceServiceFutureStub futures(String token) {
    return GRPCInferenceServiceGrpc.newFutureStub(channel).withInterceptors(bearer(token));
  }

  private static ClientInterceptor bearer(String token) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static InferInputTensor texts(String name, String... texts) {
    var contents = InferTensorContents.newBuilder();
    Arrays.stream(texts).map(ByteString::copyFromUtf8).forEach(contents::addBytesContents);
    return tensor(name, "BYTES", texts.length, contents);
  }

  private static InferInputTensor integers(String name, int... values) {
    var contents = InferTensorContents.newBuilder();
    Arrays.stream(values).forEach(contents::addIntContents);
    return tensor(name, "INT32", values.length, contents);
  }

  private static InferInputTensor seeds(long... seeds) {
    var contents = InferTensorContents.newBuilder();
    Arrays.stream(seeds).forEach(contents::addUint64Contents);
    return tensor("seed", "UINT64", seeds.length, contents);
  }

  private static InferInputTensor tensor(
      String name, String type, int count, InferTensorContents.Builder contents) {
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(type)
        .addShape(count)
        .setContents(contents)
        .build();
  }

  private static ModelInferRequest request(InferInputTensor... inputs) {
    return ModelInferRequest.newBuilder()
        .setModelName("toy")
        .setId("42")
        .addAllInputs(List.of(inputs))
        .build();
  }

  private Rgb8 drawn(GenerateImagesRequest request, int index) throws IOException {
    try (var client =
        GenerationClient.connect(
            "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken("ann"))) {
      byte[] png = client.generate(request).images().get(index).png();
      return Rgb8.of(ImageFiles.read(png, 1 << 20));
    }
  }

  /** The images of each prompt, in order, are those of the service, to the bit. */
  @Test
  void tensorsHoldThePicturesOfTheService() throws IOException {
    ModelInferResponse response =
        as("ann")
            .modelInfer(
                request(
                    texts("prompt", "a dog", "a cat"),
                    texts("negative_prompt", "rain"),
                    seeds(7, -1),
                    integers("image_count", 2),
                    integers("steps", 3),
                    texts("sampler", "ddim")));
    assertThat(response.getId()).isEqualTo("42");
    assertThat(response.getModelName()).isEqualTo("toy");
    assertThat(response.getOutputs(0).getName()).isEqualTo("image");
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo("UINT8");
    assertThat(response.getOutputs(0).getShapeList())
        .containsExactly(4L, (long) SIZE, (long) SIZE, 3L);
    byte[] pixels = response.getRawOutputContents(0).toByteArray();
    int bytes = 3 * SIZE * SIZE;
    assertThat(pixels).hasSize(4 * bytes);
    for (int i = 0; i < 4; i++) {
      var asked =
          Requests.textToImage(i < 2 ? "a dog" : "a cat")
              .addSeeds(i < 2 ? 7 : -1)
              .setImageCount(2)
              .putStages(
                  "decoder", StageOptions.newBuilder().setSteps(3).setSampler("ddim").build());
      asked.getTextToImageBuilder().getPromptBuilder().setNegativeText("rain");
      assertThat(Arrays.copyOfRange(pixels, i * bytes, (i + 1) * bytes))
          .as("image %s", i)
          .isEqualTo(drawn(asked.build(), i % 2).pixels());
    }
    List<Object> recipes = TensorDatatype.BYTES.elements(response.getRawOutputContents(1), 4);
    var recipe = Recipes.fromJson(((ByteString) recipes.get(3)).toStringUtf8());
    assertThat(recipe.getRequest().getTextToImage().getPrompt().getText()).isEqualTo("a cat");
    assertThat(recipe.getRequest().getSeeds(0)).isEqualTo(-1); // 2⁶⁴ − 1
  }

  @Test
  void rawContentsMeanTheSame() {
    ModelInferRequest typed = request(texts("prompt", "a dog"), seeds(7));
    var raw = typed.toBuilder();
    raw.getInputsBuilderList().forEach(InferInputTensor.Builder::clearContents);
    raw.addRawInputContents(TensorDatatype.raw(List.of(ByteString.copyFromUtf8("a dog"))))
        .addRawInputContents(TensorDatatype.UINT64.raw(7));
    assertThat(as("ann").modelInfer(raw.build()).getRawOutputContents(0))
        .isEqualTo(as("ann").modelInfer(typed).getRawOutputContents(0));
  }

  @Test
  void filesAreReturnedWhereTheyAreAskedFor() throws IOException {
    var output =
        InferRequestedOutputTensor.newBuilder()
            .setName("image")
            .putParameters("format", InferParameter.newBuilder().setStringParam("png").build());
    ModelInferResponse response =
        as("ann")
            .modelInfer(
                request(texts("prompt", "a dog"), seeds(7)).toBuilder().addOutputs(output).build());
    assertThat(response.getOutputsList()).hasSize(1);
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    var png =
        (ByteString) TensorDatatype.BYTES.elements(response.getRawOutputContents(0), 1).get(0);
    assertThat(Rgb8.of(ImageFiles.read(png.toByteArray(), 1 << 20)).pixels())
        .isEqualTo(drawn(Requests.textToImage("a dog").addSeeds(7).build(), 0).pixels());
  }

  @Test
  void metadataNamesTheTensors() {
    var metadata =
        as("ann").modelMetadata(ModelMetadataRequest.newBuilder().setName("toy").build());
    assertThat(metadata.getInputsList().stream().map(TensorMetadata::getName))
        .contains("prompt", "seed", "steps");
    assertThat(metadata.getOutputs(0).getShapeList())
        .containsExactly(-1L, (long) SIZE, (long) SIZE, 3L);
    assertThat(metadata.getVersionsList()).containsExactly("000000000000");
    assertThat(as("ann").serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    var ready = ModelReadyRequest.newBuilder().setName("toy").setVersion("000000000000").build();
    assertThat(as("ann").modelReady(ready).getReady()).isTrue();
    assertThat(
            as("ann")
                .serverMetadata(ServerMetadataRequest.getDefaultInstance())
                .getExtensionsList())
        .containsExactly("binary_tensor_data");
  }

  @Test
  void violationsAreReportedTogether() {
    ModelInferRequest wrong =
        request(
            integers("prompt", 1),
            texts("size", "1"),
            tensor("seed", "INT64", 1, InferTensorContents.newBuilder().addInt64Contents(-1)),
            integers("width", 77));
    assertThatThrownBy(() -> as("ann").modelInfer(wrong))
        .hasMessageStartingWith("INVALID_ARGUMENT")
        .hasMessageContaining("inputs: \"size\" (expected: one of prompt, negative_prompt, seed")
        .hasMessageContaining("inputs[\"prompt\"]: INT32 (expected: BYTES that are UTF-8)")
        .hasMessageContaining("inputs[\"seed\"]: -1 (expected: an integer ≥ 0)")
        .hasMessageContaining("width: 77 (expected: 160");
  }

  @ParameterizedTest
  @CsvSource({
    "steps, 0, INVALID_ARGUMENT, steps: 0 (expected: 1 to 1000)",
    "image_count, 11, INVALID_ARGUMENT, 11 for each of 1 prompts (expected: 1 to 10",
    "image_count, 0, INVALID_ARGUMENT, 0 for each of 1 prompts"
  })
  void limitsAreThoseOfTheModel(String input, int value, String code, String message) {
    assertThatThrownBy(
            () -> as("ann").modelInfer(request(texts("prompt", "a"), integers(input, value))))
        .hasMessageStartingWith(code)
        .hasMessageContaining(message);
  }

  @Test
  void shapesMustHoldTheirElements() {
    List<InferInputTensor> wrong =
        List.of(
            texts("prompt", "a", "b").toBuilder().setShape(0, 3).build(),
            texts("prompt", "a").toBuilder().setShape(0, Long.MAX_VALUE).build(),
            texts("prompt", "a").toBuilder().setShape(0, -1).build(),
            texts("prompt", "a").toBuilder().setDatatype("TEXT").build());
    for (InferInputTensor prompt : wrong) {
      assertThatThrownBy(() -> as("ann").modelInfer(request(prompt)))
          .hasMessageStartingWith("INVALID_ARGUMENT: inputs[\"prompt\"]");
    }
    var cut = request(texts("prompt", "a")).toBuilder();
    cut.getInputsBuilder(0).clearContents();
    cut.addRawInputContents(ByteString.copyFrom(new byte[] {9, 0, 0, 0, 'a'}));
    assertThatThrownBy(() -> as("ann").modelInfer(cut.build()))
        .hasMessageContaining("inputs[\"prompt\"]: data: 5 bytes");
  }

  @Test
  void rightsAndQuotasAreThoseOfTheService() {
    ModelInferRequest request = request(texts("prompt", "a dog"));
    assertThatThrownBy(() -> as("stranger").modelInfer(request)).hasMessageContaining("UNAUTHENT");
    assertThatThrownBy(() -> as("embedder").modelInfer(request))
        .hasMessageContaining("PERMISSION_DENIED");
    assertThatThrownBy(() -> as("other").modelInfer(request))
        .hasMessageContaining("PERMISSION_DENIED");
    assertThatThrownBy(
            () ->
                as("other").modelMetadata(ModelMetadataRequest.newBuilder().setName("toy").build()))
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(() -> as("ann").modelInfer(request.toBuilder().setModelVersion("1").build()))
        .hasMessageContaining("NOT_FOUND: version: \"1\" (expected: one of 000000000000)");
    as("poor").modelInfer(request);
    assertThatThrownBy(() -> as("poor").modelInfer(request))
        .hasMessageContaining("RESOURCE_EXHAUSTED: images per minute");
  }

  /** A refused prompt takes those before it with it. */
  @Test
  void promptsAreDrawnTogetherOrNotAtAll() throws InterruptedException {
    ModelInferRequest request = request(texts("prompt", "a dog", "x".repeat(20_001)));
    assertThatThrownBy(() -> as("ann").modelInfer(request))
        .hasMessageContaining("INVALID_ARGUMENT");
    server.awaitIdle();
  }

  @Test
  void aClientThatLeavesStopsAllOfItsPrompts() throws Exception {
    var held = new Gate();
    network = held;
    try {
      var call = futures("ann").modelInfer(request(texts("prompt", "a dog", "a cat")));
      held.awaitCall();
      server.awaitUnfinished(2);
      call.cancel(true);
      server.awaitIdle();
    } finally {
      held.open();
    }
  }
}
