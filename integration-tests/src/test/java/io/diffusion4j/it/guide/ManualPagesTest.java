package io.diffusion4j.it.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.common.base.Strings;
import io.diffusion4j.cli.Main;
import io.diffusion4j.it.Module;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The examples on the manual pages of packages compile, and the commands on these pages and in the
 * help texts are valid.
 */
class ManualPagesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\R(.*?)\\R \\* ?}</pre>", Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("(?m)^ \\*   diffusion4j (.*)$");
  private static final String INVOCATION = "  diffusion4j ";
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
  private static final Pattern TYPE = Pattern.compile("(?<![.\\w])[A-Z]\\w*");
  private static final String OWN = "io.diffusion4j.";

  /** Examples with Spring's annotations; the sample application and SliceTest have the code. */
  private static final Set<String> COMPILED_ELSEWHERE = Set.of("springboot", "springboot/test");

  /** The parameters of the method whose body is the example of a page. */
  private static final Map<String, String> GIVEN =
      Map.ofEntries(
          Map.entry("clip/embed", "Path folder, Compute compute, Path album, Image image"),
          Map.entry("clip", "Image image"),
          Map.entry("clip/image", "Image image"),
          Map.entry("clip/noised", "Path folder, Denoiser<Void> denoiser"),
          Map.entry("decoder", "Path folder"),
          Map.entry("decoder/classifier", "Path folder, Denoiser<Void> denoiser"),
          Map.entry("diffusion/argument", "int side, double scale"),
          Map.entry("diffusion/cache", "byte[] source, byte[] made"),
          Map.entry(
              "diffusion/denoiser",
              "Denoiser<float[]> network, float[] xt, float[] caption, float[] empty"),
          Map.entry("diffusion/digest", "byte[] bytes, byte[] header, byte[] body"),
          Map.entry("diffusion/embedding", "float[] first, float[] second"),
          Map.entry("diffusion/filter", "List<Image> images"),
          Map.entry(
              "diffusion/guidance",
              "Denoiser<float[]> network, NoiseSchedule schedule, float[] xt, float[] caption,"
                  + " float[] empty"),
          Map.entry(
              "diffusion/loss",
              "Denoiser<float[]> network, float[] x0, float[] eps, float[] condition,"
                  + " SplittableRandom random"),
          Map.entry("diffusion/component", "TextEncoder encoder, Prior prior"),
          Map.entry("diffusion/pipeline", "ImagePipeline pipeline"),
          Map.entry(
              "diffusion/sampling",
              "Denoiser<float[]> denoiser, float[] condition, NoiseSchedule schedule, Timesteps"
                  + " timesteps"),
          Map.entry("diffusion/stage", "Denoiser<String> denoiser"),
          Map.entry(
              "distributed", "Objective objective, TrainingConfig config, BatchSource batches"),
          Map.entry(
              "evaluation",
              "ConceptSet concepts, SceneMix scenes, List<Image> generated, ImagePipeline"
                  + " pipeline"),
          Map.entry("benchmarks/torchscript", "NetworkDefinition definition, TensorSource weights"),
          Map.entry("evaluation/judge", "Image image"),
          Map.entry("evaluation/report", "Result result"),
          Map.entry("evaluation/space", "Embedded embedded"),
          Map.entry("filters", "Path folder, ImageTask task, List<NoiseSource> noise"),
          Map.entry("langchain4j", "GenerationClient client"),
          Map.entry("latent", "Path folder"),
          Map.entry(
              "nn/engine",
              "NetworkDefinition definition, TensorSource weights, int rows, float[] x"),
          Map.entry("nn/train", "Objective objective, BatchSource batches"),
          Map.entry("nn/train/diffusion", "NetworkDefinition denoiser, List<float[]> samples"),
          Map.entry(
              "nn/train/group",
              "AllReduce allReduce, Objective objective, TrainingConfig config, BatchSource"
                  + " batches"),
          Map.entry("onednn", "NetworkDefinition definition, TensorSource weights, Batch batch"),
          Map.entry(
              "onednn/tape",
              "Network network, Batch batch, Map<String,"
                  + " io.diffusion4j.onednn.tape.TrainableParameter> parameters"),
          Map.entry("onednn/train", "Objective objective, BatchSource batches"),
          Map.entry("onnx", "NetworkDefinition definition, TensorSource weights"),
          Map.entry("a1111", "com.google.inject.Module serving"),
          Map.entry("mcp", "com.google.inject.Module serving"),
          Map.entry("ollama", "com.google.inject.Module serving"),
          Map.entry("openai", "com.google.inject.Module serving"),
          Map.entry("openinference", "com.google.inject.Module serving"),
          Map.entry("ort", "NetworkDefinition definition, TensorSource weights, Batch batch"),
          Map.entry("provenance", "Image image, String json"),
          Map.entry("search", "Path folder, float[] embedding, float[] query"),
          Map.entry("serving", "com.google.inject.Module pipelines"),
          Map.entry("serving/errors", "String sampler, int steps"),
          Map.entry("serving/grpc", "GrpcServices services"),
          Map.entry("serving/jobs", "Work work, ServingListener listener"),
          Map.entry(
              "serving/observability",
              "io.micrometer.core.instrument.MeterRegistry registry,"
                  + " java.util.function.LongSupplier live,"
                  + " io.opentelemetry.api.OpenTelemetry telemetry"),
          Map.entry("serving/model", "ImagePipeline current, ImagePipeline next"),
          Map.entry("serving/request", "ImagePipeline pipeline, GenerateImagesRequest request"),
          Map.entry("springai", "GenerationClient client"),
          Map.entry("tf", "NetworkDefinition definition, TensorSource weights, Batch batch"),
          Map.entry("toy", "PointSet points"),
          Map.entry("unclip/doctor", "Compute compute, CaptionedImages pictures"));

  /** Types of libraries in the example of a page. */
  private static final Map<String, List<String>> OF_LIBRARIES =
      Map.ofEntries(
          Map.entry(
              "langchain4j",
              List.of(
                  "dev.langchain4j.data.image.Image",
                  "dev.langchain4j.model.image.ImageModel",
                  "dev.langchain4j.model.output.Response")),
          Map.entry("a1111", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry("mcp", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry("ollama", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry("openai", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry(
              "openinference", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry("serving", List.of("com.google.inject.Guice", "com.google.inject.Injector")),
          Map.entry("serving/http", List.of("com.linecorp.armeria.common.HttpResponse")),
          Map.entry("serving/grpc", List.of("io.grpc.inprocess.InProcessServerBuilder")),
          Map.entry("serving/auth", List.of("java.net.URI")),
          Map.entry(
              "springai",
              List.of(
                  "org.springframework.ai.image.ImageModel",
                  "org.springframework.ai.image.ImagePrompt",
                  "org.springframework.ai.image.ImageResponse")));

  /** An example by the path of its package below {@code io.diffusion4j}. */
  private record Page(String name, String example) {
    private static Stream<Page> of(Path file) {
      String path = file.toString().replace('\\', '/');
      int below = path.indexOf("io/diffusion4j/") + OWN.length();
      int end = path.lastIndexOf('/');
      return end < below
          ? Stream.of()
          : EXAMPLE
              .matcher(read(file))
              .results()
              .map(found -> found.group(1).replaceAll("(?m)^ \\* ?", ""))
              .map(example -> new Page(path.substring(below, end), example));
    }

    /** A class with the example as the body of a method. */
    JavaFileObject unit(Set<String> types) {
      String given = GIVEN.getOrDefault(name, "");
      String imports =
          Stream.of("java.io", "java.nio", "java.nio.file", "java.time", "java.util")
              .map(wildcard -> "import " + wildcard + ".*;\n")
              .collect(Collectors.joining());
      List<String> others = OF_LIBRARIES.getOrDefault(name, List.of());
      Stream<String> own =
          TYPE.matcher(given + " " + example)
              .results()
              .map(MatchResult::group)
              .distinct()
              .filter(used -> others.stream().noneMatch(other -> other.endsWith("." + used)))
              .flatMap(used -> nearest(used, types).stream());
      String single =
          Stream.concat(others.stream(), own)
              .map(type -> "import " + type + ";\n")
              .collect(Collectors.joining());
      String type = name.replaceAll("\\W", "_");
      String source =
          "package manual;\n%s%simport io.diffusion4j.serving.v1.*;\nclass %s {\n"
                  .formatted(imports, single, type)
              + "static void example(%s) throws Exception {\n%s\n}\n}\n".formatted(given, example);
      return new SimpleJavaFileObject(
          URI.create("string:///manual/" + type + ".java"), JavaFileObject.Kind.SOURCE) {
        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
          return source;
        }
      };
    }

    /** The type of this name whose package shares the longest prefix with the page's. */
    private Optional<String> nearest(String used, Set<String> types) {
      String here = OWN + name.replace('/', '.') + ".";
      return types.stream()
          .filter(type -> type.endsWith("." + used))
          .max(Comparator.comparing(type -> Strings.commonPrefix(type, here).length()));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(file + ": cannot be read", e);
    }
  }

  private static List<Path> sources() throws IOException {
    var sources = new ArrayList<Path>();
    for (Module module : Module.all().values()) {
      Path folder = module.path().resolve("src/main/java");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
    }
    return sources;
  }

  private static String typeOf(Path source) {
    String path = source.toString().replace('\\', '/');
    return path.substring(path.indexOf("src/main/java/") + "src/main/java/".length())
        .replace(".java", "")
        .replace('/', '.');
  }

  @Test
  void examplesCompile(@TempDir Path classes) throws IOException {
    List<Path> sources = sources();
    Set<String> types =
        sources.stream()
            .map(ManualPagesTest::typeOf)
            .collect(Collectors.toCollection(TreeSet::new));
    List<JavaFileObject> units =
        sources.stream()
            .filter(file -> file.endsWith("package-info.java"))
            .flatMap(Page::of)
            .filter(page -> !COMPILED_ELSEWHERE.contains(page.name()))
            .map(page -> page.unit(types))
            .toList();
    assertThat(units).hasSizeGreaterThan(40);
    var faults = new DiagnosticCollector<JavaFileObject>();
    var compiler = ToolProvider.getSystemJavaCompiler();
    boolean compiled =
        compiler
            .getTask(
                null, null, faults, List.of("-proc:none", "-d", classes.toString()), null, units)
            .call();
    assertThat(compiled).as(() -> faults.getDiagnostics().toString()).isTrue();
  }

  @Test
  void commandsAreValid() throws IOException {
    List<String> commands =
        sources().stream()
            .filter(file -> file.endsWith("package-info.java"))
            .map(ManualPagesTest::read)
            .flatMap(page -> COMMAND.matcher(page).results())
            .map(found -> found.group(1))
            .toList();
    assertThat(commands).hasSizeGreaterThan(25);
    var main = Main.commandLine();
    assertThat(commands).allSatisfy(command -> parses(main, command));
  }

  @Test
  void examplesOfHelpAreValid() {
    var main = Main.commandLine();
    List<String> examples =
        commands(main)
            .flatMap(command -> Arrays.stream(command.getCommandSpec().usageMessage().footer()))
            .filter(line -> line.startsWith(INVOCATION))
            .map(line -> line.substring(INVOCATION.length()))
            .toList();
    assertThat(examples).hasSizeGreaterThan(40);
    assertThat(examples).allSatisfy(example -> parses(main, example));
  }

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(ManualPagesTest::commands));
  }

  private static void parses(CommandLine main, String command) {
    assertThatCode(() -> main.parseArgs(words(command)))
        .as("diffusion4j " + command)
        .doesNotThrowAnyException();
  }

  @Test
  void pagesAreNeitherSignpostsNorBooks() throws IOException {
    List<Path> pages =
        sources().stream().filter(file -> file.endsWith("package-info.java")).toList();
    assertThat(pages).hasSizeGreaterThan(50);
    assertThat(pages).allSatisfy(page -> assertThat(read(page).lines()).hasSizeBetween(5, 80));
  }

  /** Splits a command into its words, as a shell does. */
  private static String[] words(String command) {
    return WORD.matcher(command)
        .results()
        .map(
            word ->
                Stream.of(word.group(1), word.group(2), word.group(3))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow())
        .toArray(String[]::new);
  }
}
