package io.diffusion4j.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.tensorflow.op.Ops;

/** The table of modules as rules: their packages and their dependencies. */
@AnalyzeClasses(
    packages = "io.diffusion4j",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  private static final String API = "io.diffusion4j.diffusion..";
  private static final String HUB = "io.diffusion4j.hub..";
  private static final String JOBS = "io.diffusion4j.jobs..";
  private static final String PROVENANCE = "io.diffusion4j.provenance..";
  private static final String SEARCH = "io.diffusion4j.search..";
  private static final String PLOTS = "io.diffusion4j.plots..";
  private static final String TOY = "io.diffusion4j.toy..";
  private static final String DATA = "io.diffusion4j.data..";
  private static final String PARQUET = "io.diffusion4j.data.parquet..";
  private static final String NN = "io.diffusion4j.nn..";
  private static final String ONNX = "io.diffusion4j.onnx..";
  private static final String TF = "io.diffusion4j.tf..";
  private static final String CHECKPOINT = "io.diffusion4j.checkpoint..";
  private static final String ONEDNN = "io.diffusion4j.onednn..";
  private static final String ORT = "io.diffusion4j.ort..";
  private static final String DISTRIBUTED = "io.diffusion4j.distributed..";
  private static final String CLIP = "io.diffusion4j.clip..";
  private static final String PRIOR = "io.diffusion4j.prior..";
  private static final String DECODER = "io.diffusion4j.decoder..";
  private static final String DDPM = "io.diffusion4j.ddpm..";
  private static final String GLIDE = "io.diffusion4j.glide..";
  private static final String KANDINSKY = "io.diffusion4j.kandinsky..";
  private static final String PIPELINE = "io.diffusion4j.pipeline..";
  private static final String UNCLIP = "io.diffusion4j.unclip..";
  private static final String TRAINING = "io.diffusion4j.training..";
  private static final String EMOJI = "io.diffusion4j.emoji..";
  private static final String EVALUATION = "io.diffusion4j.evaluation..";
  private static final String CLIENT = "io.diffusion4j.client..";
  private static final String SERVING = "io.diffusion4j.serving..";
  private static final String METRICS = "io.diffusion4j.serving.metrics..";
  private static final String PROTO = "io.diffusion4j.serving.v1..";
  private static final String FILTERS = "io.diffusion4j.filters..";
  private static final String WEB = "io.diffusion4j.web..";
  private static final String LOCAL = "io.diffusion4j.local..";
  private static final String KOTLIN = "io.diffusion4j.kotlin..";
  private static final String SPRING_AI = "io.diffusion4j.springai..";
  private static final String SPRING_BOOT = "io.diffusion4j.springboot..";
  private static final String SPRING_BOOT_TEST = "io.diffusion4j.springboot.test..";
  private static final String LANGCHAIN4J = "io.diffusion4j.langchain4j..";
  private static final String OPENAI = "io.diffusion4j.openai..";
  private static final String A1111 = "io.diffusion4j.a1111..";
  private static final String OPEN_INFERENCE = "io.diffusion4j.openinference..";
  private static final String OPEN_INFERENCE_PROTO = "io.diffusion4j.openinference.v2..";
  private static final String CLI = "io.diffusion4j.cli..";
  private static final String BENCHMARKS = "io.diffusion4j.benchmarks..";
  private static final String SPARK = "io.diffusion4j.spark..";

  private static final int MOST_FILES = 30;

  private static final Map<String, String> PACKAGE_OF_MODULE =
      Map.ofEntries(
          Map.entry("diffusion-api", "io.diffusion4j.diffusion"),
          Map.entry("plots", "io.diffusion4j.plots"),
          Map.entry("toy", "io.diffusion4j.toy"),
          Map.entry("hub", "io.diffusion4j.hub"),
          Map.entry("search", "io.diffusion4j.search"),
          Map.entry("provenance", "io.diffusion4j.provenance"),
          Map.entry("jobs", "io.diffusion4j.jobs"),
          Map.entry("data", "io.diffusion4j.data"),
          Map.entry("data-parquet", "io.diffusion4j.data.parquet"),
          Map.entry("checkpoint", "io.diffusion4j.checkpoint"),
          Map.entry("nn", "io.diffusion4j.nn"),
          Map.entry("onnx", "io.diffusion4j.onnx"),
          Map.entry("diffusion-tf", "io.diffusion4j.tf"),
          Map.entry("diffusion-onednn", "io.diffusion4j.onednn"),
          Map.entry("diffusion-ort", "io.diffusion4j.ort"),
          Map.entry("distributed", "io.diffusion4j.distributed"),
          Map.entry("clip", "io.diffusion4j.clip"),
          Map.entry("prior", "io.diffusion4j.prior"),
          Map.entry("decoder", "io.diffusion4j.decoder"),
          Map.entry("pipeline", "io.diffusion4j.pipeline"),
          Map.entry("filters", "io.diffusion4j.filters"),
          Map.entry("ddpm", "io.diffusion4j.ddpm"),
          Map.entry("glide", "io.diffusion4j.glide"),
          Map.entry("kandinsky", "io.diffusion4j.kandinsky"),
          Map.entry("unclip", "io.diffusion4j.unclip"),
          Map.entry("training", "io.diffusion4j.training"),
          Map.entry("emoji", "io.diffusion4j.emoji"),
          Map.entry("evaluation", "io.diffusion4j.evaluation"),
          Map.entry("serving-proto", "io.diffusion4j.serving.v1"),
          Map.entry("client", "io.diffusion4j.client"),
          Map.entry("serving-grpc", "io.diffusion4j.serving"),
          Map.entry("web", "io.diffusion4j.web"),
          Map.entry("local", "io.diffusion4j.local"),
          Map.entry("kotlin", "io.diffusion4j.kotlin"),
          Map.entry("kotlin-stubs", "io.diffusion4j.serving.v1"), // where its generator puts them
          Map.entry("spring-ai", "io.diffusion4j.springai"),
          Map.entry("spring-boot-starter", "io.diffusion4j.springboot"),
          Map.entry("spring-boot-test", "io.diffusion4j.springboot.test"),
          Map.entry("langchain4j", "io.diffusion4j.langchain4j"),
          Map.entry("openai", "io.diffusion4j.openai"),
          Map.entry("a1111", "io.diffusion4j.a1111"),
          Map.entry("open-inference", "io.diffusion4j.openinference"),
          Map.entry("cli", "io.diffusion4j.cli"),
          Map.entry("spark", "io.diffusion4j.spark"),
          Map.entry("benchmarks", "io.diffusion4j.benchmarks"));

  /** The helpers that modules share for their tests. */
  static final class NoTestJars implements ImportOption {
    private static final Pattern TEST_JAR = Pattern.compile(".*-tests\\.jar!?/.*");

    @Override
    public boolean includes(Location location) {
      return !location.matches(TEST_JAR);
    }
  }

  @ArchTest
  static final ArchRule everyClassIsInThePackageOfItsModule =
      classes().should(beInThePackageOfTheirModule());

  @ArchTest
  static final ArchRule modulesKnowTheModulesBelowThemOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("diffusion-api")
          .definedBy(API)
          .layer("data")
          .definedBy(DATA)
          .layer("hub")
          .definedBy(HUB)
          .layer("search")
          .definedBy(SEARCH)
          .layer("provenance")
          .definedBy(PROVENANCE)
          .layer("jobs")
          .definedBy(JOBS)
          .layer("plots")
          .definedBy(PLOTS)
          .layer("toy")
          .definedBy(TOY)
          .layer("checkpoint")
          .definedBy(CHECKPOINT)
          .layer("nn")
          .definedBy(NN)
          .layer("onnx")
          .definedBy(ONNX)
          .layer("diffusion-tf")
          .definedBy(TF)
          .layer("diffusion-onednn")
          .definedBy(ONEDNN)
          .layer("diffusion-ort")
          .definedBy(ORT)
          .layer("distributed")
          .definedBy(DISTRIBUTED)
          .layer("clip")
          .definedBy(CLIP)
          .layer("prior")
          .definedBy(PRIOR)
          .layer("decoder")
          .definedBy(DECODER)
          .layer("pipeline")
          .definedBy(PIPELINE)
          .layer("filters")
          .definedBy(FILTERS)
          .layer("ddpm")
          .definedBy(DDPM)
          .layer("glide")
          .definedBy(GLIDE)
          .layer("kandinsky")
          .definedBy(KANDINSKY)
          .layer("unclip")
          .definedBy(UNCLIP)
          .layer("training")
          .definedBy(TRAINING)
          .layer("emoji")
          .definedBy(EMOJI)
          .layer("evaluation")
          .definedBy(EVALUATION)
          .layer("serving-proto")
          .definedBy(PROTO)
          .layer("client")
          .definedBy(CLIENT)
          .layer("serving-grpc")
          .definedBy(resideInAPackage(SERVING).and(not(resideInAPackage(PROTO))))
          .layer("web")
          .definedBy(WEB)
          .layer("local")
          .definedBy(LOCAL)
          .layer("kotlin")
          .definedBy(KOTLIN)
          .layer("spring-ai")
          .definedBy(SPRING_AI)
          .layer("spring-boot-starter")
          .definedBy(resideInAPackage(SPRING_BOOT).and(not(resideInAPackage(SPRING_BOOT_TEST))))
          .layer("spring-boot-test")
          .definedBy(SPRING_BOOT_TEST)
          .layer("langchain4j")
          .definedBy(LANGCHAIN4J)
          .layer("openai")
          .definedBy(OPENAI)
          .layer("a1111")
          .definedBy(A1111)
          .layer("open-inference")
          .definedBy(OPEN_INFERENCE)
          .layer("cli")
          .definedBy(CLI)
          .layer("spark")
          .definedBy(SPARK)
          .layer("benchmarks")
          .definedBy(BENCHMARKS)
          .whereLayer("spark")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("diffusion-api")
          .mayNotAccessAnyLayer()
          .whereLayer("data")
          .mayOnlyAccessLayers("diffusion-api")
          .whereLayer("hub")
          .mayNotAccessAnyLayer()
          .whereLayer("search")
          .mayOnlyAccessLayers("diffusion-api")
          .whereLayer("provenance")
          .mayOnlyAccessLayers("diffusion-api")
          .whereLayer("jobs")
          .mayOnlyAccessLayers("diffusion-api", "provenance", "serving-proto", "serving-grpc")
          .whereLayer("jobs")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("plots")
          .mayOnlyAccessLayers("diffusion-api")
          .whereLayer("toy")
          .mayOnlyAccessLayers("diffusion-api", "nn", "plots")
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("diffusion-api")
          .whereLayer("nn")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint")
          .whereLayer("onnx")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn")
          .whereLayer("diffusion-tf")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn")
          .whereLayer("diffusion-tf")
          .mayOnlyBeAccessedByLayers("cli", "benchmarks") // else it is found by the service loader
          .whereLayer("diffusion-onednn")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn")
          .whereLayer("diffusion-onednn")
          .mayNotBeAccessedByAnyLayer() // it is found by the service loader
          .whereLayer("diffusion-ort")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn", "onnx")
          .whereLayer("diffusion-ort")
          .mayNotBeAccessedByAnyLayer() // it is found by the service loader
          .whereLayer("distributed")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn")
          .whereLayer("distributed")
          .mayOnlyBeAccessedByLayers("cli", "benchmarks") // trainings use its group only
          .whereLayer("clip")
          .mayOnlyAccessLayers("diffusion-api", "data", "checkpoint", "nn")
          .whereLayer("prior")
          .mayOnlyAccessLayers("diffusion-api", "data", "checkpoint", "nn")
          .whereLayer("decoder")
          .mayOnlyAccessLayers("diffusion-api", "data", "checkpoint", "nn")
          .whereLayer("pipeline")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn")
          .whereLayer("filters")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn", "clip", "pipeline")
          .whereLayer("ddpm")
          .mayOnlyAccessLayers("diffusion-api", "data", "checkpoint", "nn", "decoder", "pipeline")
          .whereLayer("glide")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "nn", "clip", "decoder", "pipeline")
          .whereLayer("kandinsky")
          .mayOnlyAccessLayers(
              "diffusion-api",
              "data",
              "checkpoint",
              "nn",
              "clip",
              "prior",
              "decoder",
              "pipeline",
              "ddpm")
          .whereLayer("unclip")
          .mayOnlyAccessLayers(
              "diffusion-api", "data", "checkpoint", "nn", "clip", "prior", "decoder", "pipeline")
          .whereLayer("training")
          .mayOnlyAccessLayers(
              "diffusion-api",
              "data",
              "checkpoint",
              "nn",
              "clip",
              "prior",
              "decoder",
              "unclip",
              "ddpm",
              "kandinsky")
          .whereLayer("emoji")
          .mayOnlyAccessLayers("diffusion-api", "checkpoint", "data", "training")
          .whereLayer("evaluation")
          .mayOnlyAccessLayers(
              "diffusion-api", "checkpoint", "nn", "clip", "unclip", "training", "emoji")
          .whereLayer("evaluation")
          .mayOnlyBeAccessedByLayers("cli", "spark") // used by the judge only
          .whereLayer("serving-proto")
          .mayNotAccessAnyLayer()
          .whereLayer("client")
          .mayOnlyAccessLayers("serving-proto")
          .whereLayer("serving-grpc")
          .mayOnlyAccessLayers("diffusion-api", "provenance", "serving-proto", "client")
          .whereLayer("serving-grpc")
          .mayOnlyBeAccessedByLayers(
              "jobs",
              "web",
              "openai",
              "a1111",
              "open-inference",
              "local",
              "spring-boot-starter",
              "spring-boot-test",
              "cli",
              "spark",
              "benchmarks")
          .whereLayer("web")
          .mayOnlyAccessLayers("serving-proto", "serving-grpc")
          .whereLayer("web")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("local") // no family of models: they are found by the service loader
          .mayOnlyAccessLayers(
              "diffusion-api", "nn", "pipeline", "serving-proto", "client", "serving-grpc")
          .whereLayer("kotlin")
          .mayOnlyAccessLayers("serving-proto", "client")
          .whereLayer("kotlin")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("spring-ai")
          .mayOnlyAccessLayers("serving-proto", "client")
          .whereLayer("spring-ai")
          .mayOnlyBeAccessedByLayers("spring-boot-starter")
          .whereLayer("spring-boot-starter")
          .mayOnlyAccessLayers(
              "diffusion-api", "pipeline", "client", "serving-grpc", "local", "spring-ai")
          .whereLayer("spring-boot-starter")
          .mayOnlyBeAccessedByLayers("spring-boot-test")
          .whereLayer("spring-boot-test")
          .mayOnlyAccessLayers("diffusion-api", "client", "serving-grpc", "spring-boot-starter")
          .whereLayer("spring-boot-test")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("langchain4j")
          .mayOnlyAccessLayers("serving-proto", "client")
          .whereLayer("langchain4j")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("openai")
          .mayOnlyAccessLayers("diffusion-api", "serving-proto", "client", "serving-grpc")
          .whereLayer("openai")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("a1111")
          .mayOnlyAccessLayers("diffusion-api", "serving-proto", "client", "serving-grpc")
          .whereLayer("a1111")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("open-inference")
          .mayOnlyAccessLayers("diffusion-api", "serving-proto", "client", "serving-grpc")
          .whereLayer("open-inference")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("spark") // whose jobs have the options of the commands
          .whereLayer("benchmarks")
          .mayOnlyBeAccessedByLayers("cli");

  @ArchTest
  static final ArchRule theApiKnowsTheJdkAndJSpecifyOnly =
      classes()
          .that()
          .resideInAPackage(API)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(API, "java..", "javax.imageio..", "org.w3c.dom..", "org.jspecify..");

  @ArchTest
  static final ArchRule onlyItsEngineAndCollectivesKnowTensorFlow =
      noClasses()
          .that()
          .resideOutsideOfPackages(TF, DISTRIBUTED, BENCHMARKS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.tensorflow..");

  @ArchTest
  static final ArchRule onlyTheEngineKnowsOneDnn =
      noClasses()
          .that()
          .resideOutsideOfPackage(ONEDNN)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco.dnnl..", "com.sun.jna..");

  @ArchTest
  static final ArchRule onlyEnginesAndCollectivesKnowNatives =
      noClasses()
          .that()
          .resideOutsideOfPackages(TF, ONEDNN, DISTRIBUTED)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco..");

  /** An optional module, found by the service loader. */
  @ArchTest
  static final ArchRule onlyItsModuleAndSparkKnowParquet =
      noClasses()
          .that()
          .resideOutsideOfPackages(PARQUET, SPARK)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PARQUET, "org.apache.parquet..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule networksAreDataWithoutAnEngine =
      classes()
          .that()
          .resideInAPackage(NN)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(NN, CHECKPOINT, API, "java..", "org.jspecify..", "org.slf4j..");

  @ArchTest
  static final ArchRule onlyPlotsKnowHowChartsAreDrawn =
      noClasses()
          .that()
          .resideOutsideOfPackage(PLOTS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.knowm.xchart..", "org.apache.batik..");

  @ArchTest
  static final ArchRule checkpointsAreReadAndWrittenWithoutTensorFlow =
      classes()
          .that()
          .resideInAPackage(CHECKPOINT)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              CHECKPOINT,
              API,
              "java..",
              "org.jspecify..",
              "org.slf4j..",
              "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule onlyServingKnowsGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              CLIENT,
              SERVING,
              JOBS,
              WEB,
              OPENAI,
              A1111,
              OPEN_INFERENCE,
              LOCAL,
              KOTLIN,
              SPRING_AI,
              LANGCHAIN4J,
              CLI,
              SPARK,
              BENCHMARKS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "com.google.protobuf..");

  /** The dependencies in code. A test of the module checks its class path. */
  @ArchTest
  static final ArchRule theClientKnowsGrpcAndTheContractOnly =
      classes()
          .that()
          .resideInAPackage(CLIENT)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              CLIENT,
              PROTO,
              "java..",
              "javax.net.ssl..",
              "io.grpc..",
              "com.google.protobuf..",
              "com.google.rpc..",
              "com.google.common..",
              "org.jspecify..");

  /** Micrometer is used by the meters, and to find the registry of an application. */
  @ArchTest
  static final ArchRule onlyMetersKnowMicrometer =
      noClasses()
          .that()
          .resideOutsideOfPackages(METRICS, SPRING_BOOT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micrometer..", "io.prometheus..");

  /** Scopes cost quadratic time. */
  @ArchTest
  static final ArchRule subScopesAreNotUsed =
      noClasses().should().callMethod(Ops.class, "withSubScope", String.class);

  @ArchTest
  static final ArchRule publicFieldsAreFinal =
      fields().that().arePublic().and().areNotFinal().should().notBePublic().allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.diffusion4j.(**)").should().beFreeOfCycles();

  /** A package holds one idea; one that is too long for a listing holds several. */
  @ArchTest
  static final ArchRule noPackageIsABag =
      classes()
          .that()
          .resideOutsideOfPackages(PROTO, OPEN_INFERENCE_PROTO)
          .should(beInAPackageOfFewFiles());

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes()
          .that()
          .resideOutsideOfPackages(
              PROTO, OPEN_INFERENCE_PROTO, KOTLIN) // whose types are annotated for null themselves
          .should(beInANullMarkedPackage());

  private static ArchCondition<JavaClass> beInThePackageOfTheirModule() {
    return new ArchCondition<>("be in the package of their module") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        String module = item.getSource().flatMap(s -> moduleOf(s.getUri().toString())).orElse("");
        String expected = PACKAGE_OF_MODULE.getOrDefault(module, "");
        // The longest that fits: serving-proto's is within serving-grpc's.
        String actual =
            PACKAGE_OF_MODULE.values().stream()
                .filter(name -> (item.getPackageName() + ".").startsWith(name + "."))
                .max(String::compareTo)
                .orElse("");
        events.add(
            new SimpleConditionEvent(
                item,
                !expected.isEmpty() && expected.equals(actual),
                item.getName() + " is in the module \"" + module + "\""));
      }
    };
  }

  /** The module of a class, from the path of its folder or jar. */
  private static Optional<String> moduleOf(String uri) {
    var matcher =
        Pattern.compile(
                "/([a-z0-9-]+)/target/classes/|/diffusion4j-([a-z0-9-]+?)-[0-9][^/]*\\.jar!")
            .matcher(uri);
    return matcher.find()
        ? Optional.of(matcher.group(1) == null ? matcher.group(2) : matcher.group(1))
        : Optional.empty();
  }

  private static ArchCondition<JavaClass> beInAPackageOfFewFiles() {
    return new ArchCondition<>("be in a package of at most " + MOST_FILES + " files") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        long files =
            item.getPackage().getClasses().stream().filter(c -> c.isTopLevelClass()).count();
        events.add(
            new SimpleConditionEvent(
                item,
                files <= MOST_FILES,
                item.getPackageName() + " has " + files + " files, among them " + item.getName()));
      }
    };
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package with @NullMarked") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        events.add(
            new SimpleConditionEvent(
                item,
                item.getPackage().isAnnotatedWith(NullMarked.class),
                item.getPackageName() + " has no package-info with @NullMarked"));
      }
    };
  }
}
