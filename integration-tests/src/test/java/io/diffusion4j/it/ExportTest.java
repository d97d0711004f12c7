package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.ddpm.DdpmFolder;
import io.diffusion4j.ddpm.PixelUvit;
import io.diffusion4j.decoder.dit.UvitConfig;
import io.diffusion4j.decoder.dit.UvitSettings;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.onnx.OnnxExport;
import io.diffusion4j.onnx.OnnxModel;
import io.diffusion4j.onnx.OnnxPrecision;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.prior.PriorModel;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exported networks of every family have the same outputs in ONNX Runtime as here. */
class ExportTest {
  /** Relative to the largest value; both sides are float32. */
  private static final double TOLERANCE = 1e-5;

  private static final int ROWS = 2;

  @TempDir private Path temporary = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unclip-pipeline",
        "kandinsky/prior",
        "kandinsky/decoder",
        "kandinsky/inpaint",
        "kandinsky/controlnet",
        "ddpm/butterflies",
        "ddpm/celebahq",
        "ddpm/cifar10",
        "dit/pipeline",
      })
  void networksOfPublishedLayouts(String fixture) throws Exception {
    assertExported(OpenPipeline.family(fixture(fixture)).networks(fixture(fixture)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "classes",
        "classes-timestep",
        "gray-not-square",
        "learned-time",
        "resnet-resampling",
        "scale-shift"
      })
  void allKindsOfPixelNetworks(String fixture) throws Exception {
    Path folder = fixture("ddpm/networks").resolve(fixture);
    assertExported(OpenPipeline.family(folder).networks(folder));
  }

  @Test
  void theShippedModelWithBothOfItsPriors() throws Exception {
    Path folder = Path.of(System.getProperty("diffusion4j.home", "..")).resolve("emoji/model");
    var networks = OpenPipeline.family(folder).networks(folder);
    assertThat(networks.stream().map(StoredNetwork::name))
        .containsExactly(
            "text_encoder",
            "image_encoder",
            "prior",
            "prior_ar",
            "text_proj",
            "decoder",
            "super_res_first",
            "super_res_last");
    assertExported(networks);
  }

  @Test
  void priorsOfOnePass() throws Exception {
    assertExported(
        List.of(
            PriorModel.stored("karlo", fixture("eclipse/karlo")),
            PriorModel.stored("kandinsky", fixture("eclipse/kandinsky"))));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void glide(boolean completes) throws Exception {
    Path folder = Files.createDirectories(temporary.resolve("glide"));
    TinyGlideFolder.write(folder, completes);
    assertExported(OpenPipeline.family(folder).networks(folder));
  }

  @Test
  void uvitWhoseTimeIsMoved() throws Exception {
    var network = new PixelUvit(new UvitSettings(UvitConfig.of(8, 2, 3, 3, 32, 4), 5, true));
    Path folder = Files.createDirectories(temporary.resolve("uvit"));
    new DdpmFolder(folder)
        .write(network, SchedulerConfig.ddpm(), List.of(), RandomWeights.of(network, 1), Map.of());
    assertExported(OpenPipeline.family(folder).networks(folder));
  }

  private static Path fixture(String path) {
    return GoldenRoots.shipped().find(path);
  }

  private void assertExported(List<StoredNetwork> networks) throws Exception {
    assertThat(networks).isNotEmpty();
    for (StoredNetwork network : networks) {
      var files =
          OnnxExport.write(
              network, temporary, OnnxPrecision.FLOAT32, OnnxModel.MAX_BYTES, Map.of());
      assertThat(files).hasSize(1);
      for (NetworkDefinition definition : network.definitions()) {
        assertSame(network, definition, files.get(0));
      }
    }
  }

  private static void assertSame(StoredNetwork stored, NetworkDefinition definition, Path file)
      throws OrtException {
    var network = Network.of(definition);
    var ours = new Batch(ROWS);
    Map<String, float[]> expected = new LinkedHashMap<>();
    try (var theirs = new Theirs(file)) {
      fill(stored, network, ours, theirs);
      stored
          .weights()
          .use(
              weights -> {
                try (var compiled =
                    new CompiledNetwork(definition, weights, Compute.of(Precision.FLOAT32))) {
                  List<float[]> outputs = compiled.run(ours);
                  for (int i = 0; i < outputs.size(); i++) {
                    var shape = network.outputs().get(i).shape(ROWS);
                    String own = StoredNetwork.output(i);
                    expected.put(
                        stored.names().getOrDefault(own, own),
                        channelsFirst(outputs.get(i), shape));
                  }
                }
              });
      for (var output : expected.entrySet()) {
        assertClose(
            stored.name() + " " + output.getKey(),
            theirs.output(output.getKey()),
            output.getValue());
      }
    }
  }

  /**
   * Feeds the same values to both sides. ONNX Runtime's side gets timesteps instead of sinusoids,
   * and channels first.
   */
  private static void fill(StoredNetwork stored, Network network, Batch ours, Theirs theirs)
      throws OrtException {
    var random = new SplittableRandom(7);
    for (var input : network.inputs().entrySet()) {
      String own = input.getKey();
      String name = stored.names().getOrDefault(own, own);
      Tensor value = input.getValue();
      long[] shape = value.shape(ROWS);
      int size = Math.toIntExact(ROWS * value.sampleSize());
      if (own.equals(NetworkDenoiser.TIME) && stored.time().isPresent()) {
        float[] timesteps = {998, 17};
        List<Float> all = new ArrayList<>();
        for (float t : timesteps) {
          for (float x : stored.time().get().at(t)) {
            all.add(x);
          }
        }
        float[] sinusoids = new float[all.size()];
        for (int i = 0; i < sinusoids.length; i++) {
          sinusoids[i] = all.get(i);
        }
        ours.floats(own, sinusoids);
        theirs.floats(OnnxExport.TIMESTEP, timesteps, ROWS);
      } else if (value.role() == Tensor.Role.INTEGERS) {
        int[] values = random.ints(size, 0, 2).toArray();
        ours.ints(own, values);
        theirs.longs(name, Arrays.stream(values).asLongStream().toArray(), shape);
      } else {
        float[] values = new float[size];
        boolean isMask = List.of("present", "end", "mask").contains(own);
        for (int i = 0; i < size; i++) {
          values[i] = isMask ? random.nextInt(2) : (float) random.nextGaussian();
        }
        ours.floats(own, values);
        theirs.floats(name, channelsFirst(values, shape), channelsFirst(shape));
      }
    }
  }

  private static long[] channelsFirst(long[] shape) {
    return shape.length == 4 ? new long[] {shape[0], shape[3], shape[1], shape[2]} : shape;
  }

  private static float[] channelsFirst(float[] values, long[] shape) {
    if (shape.length != 4) {
      return values;
    }
    int pixels = Math.toIntExact(shape[1] * shape[2]);
    int channels = Math.toIntExact(shape[3]);
    float[] moved = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int row = i / (pixels * channels);
      int pixel = i / channels % pixels;
      moved[(row * channels + i % channels) * pixels + pixel] = values[i];
    }
    return moved;
  }

  private static void assertClose(String name, float[] actual, float[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).as(name).isPositive();
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("%s, value %d", name, i)
          .isCloseTo(expected[i], within(TOLERANCE * largest));
    }
  }

  /** A model in ONNX Runtime with its inputs. */
  private static final class Theirs implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private OrtSession.@Nullable Result result;

    Theirs(Path file) throws OrtException {
      session = environment.createSession(file.toString(), new OrtSession.SessionOptions());
    }

    void floats(String name, float[] values, long... shape) throws OrtException {
      inputs.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
    }

    void longs(String name, long[] values, long... shape) throws OrtException {
      inputs.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
    }

    float[] output(String name) throws OrtException {
      if (result == null) {
        result = session.run(inputs);
      }
      var tensor = (OnnxTensor) Objects.requireNonNull(result).get(name).orElseThrow();
      var buffer = tensor.getFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    }

    @Override
    public void close() throws OrtException {
      if (result != null) {
        result.close();
      }
      inputs.values().forEach(OnnxTensor::close);
      session.close();
    }
  }
}
