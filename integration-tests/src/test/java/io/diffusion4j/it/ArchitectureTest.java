package io.diffusion4j.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.tensorflow.op.Ops;

/** The architecture as rules: the packages of modules, and what each may know. */
@AnalyzeClasses(
    packages = "io.diffusion4j",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
@Tag("slow")
class ArchitectureTest {
  private static final String API = "io.diffusion4j.diffusion..";
  private static final String JOBS = "io.diffusion4j.jobs..";
  private static final String PLOTS = "io.diffusion4j.plots..";
  private static final String PARQUET = "io.diffusion4j.data.parquet..";
  private static final String NN = "io.diffusion4j.nn..";
  private static final String TF = "io.diffusion4j.tf..";
  private static final String CHECKPOINT = "io.diffusion4j.checkpoint..";
  private static final String ONEDNN = "io.diffusion4j.onednn..";
  private static final String DISTRIBUTED = "io.diffusion4j.distributed..";
  private static final String CLIENT = "io.diffusion4j.client..";
  private static final String SERVING = "io.diffusion4j.serving..";
  private static final String OBSERVABILITY = "io.diffusion4j.serving.observability..";
  private static final String PROTO = "io.diffusion4j.serving.v1..";
  private static final String WEB = "io.diffusion4j.web..";
  private static final String LOCAL = "io.diffusion4j.local..";
  private static final String KOTLIN = "io.diffusion4j.kotlin..";
  private static final String SPRING_AI = "io.diffusion4j.springai..";
  private static final String SPRING_BOOT = "io.diffusion4j.springboot..";
  private static final String LANGCHAIN4J = "io.diffusion4j.langchain4j..";
  private static final String OPENAI = "io.diffusion4j.openai..";
  private static final String A1111 = "io.diffusion4j.a1111..";
  private static final String OLLAMA = "io.diffusion4j.ollama..";
  private static final String MCP = "io.diffusion4j.mcp..";
  private static final String OPEN_INFERENCE = "io.diffusion4j.openinference..";
  private static final String OPEN_INFERENCE_PROTO = "io.diffusion4j.openinference.v2..";
  private static final String CLI = "io.diffusion4j.cli..";
  private static final String BENCHMARKS = "io.diffusion4j.benchmarks..";
  private static final String SPARK = "io.diffusion4j.spark..";

  private static final int MAX_FILES = 30;
  private static final Pattern MODULE =
      Pattern.compile("/([a-z0-9-]+)/target/classes/|/diffusion4j-([a-z0-9-]+?)-[0-9][^/]*\\.jar!");

  /**
   * The modules, read when a rule needs them: with several test processes Maven looks for tests in
   * its own, whose folder is another, and initialises this class.
   */
  private static final class Modules {
    static final Map<String, Module> ALL = Module.all();

    /** What the modules in each folder of the root may know besides each other. */
    static final Map<String, Set<String>> KNOWN =
        Map.ofEntries(
            Map.entry("networks", Set.of("diffusion-api")),
            Map.entry("engines", Set.of("diffusion-api", "networks")),
            Map.entry("diffusion-tf", Set.of("diffusion-api", "networks")),
            Map.entry("data", Set.of("diffusion-api")),
            Map.entry("clip", Set.of("diffusion-api", "networks", "data")),
            Map.entry("prior", Set.of("diffusion-api", "networks", "data")),
            Map.entry("decoder", Set.of("diffusion-api", "networks", "data")),
            Map.entry(
                "families",
                Set.of("diffusion-api", "networks", "data", "clip", "prior", "decoder")),
            Map.entry(
                "training",
                Set.of(
                    "diffusion-api",
                    "networks",
                    "data",
                    "clip",
                    "prior",
                    "decoder",
                    "families",
                    "emoji")),
            Map.entry("emoji", Set.of("diffusion-api", "networks", "data", "families")),
            Map.entry("serving-grpc", Set.of("diffusion-api", "serving")),
            Map.entry(
                "serving",
                Set.of("diffusion-api", "networks", "data", "clip", "families", "serving-grpc")),
            Map.entry(
                "integrations", Set.of("diffusion-api", "families", "serving", "serving-grpc")),
            Map.entry("tools", everythingBut("integrations")));
  }

  /** The helpers that modules share for their tests. */
  static final class NoTestJars implements ImportOption {
    private static final Pattern TEST_JAR = Pattern.compile(".*-tests\\.jar!?/.*");

    @Override
    public boolean includes(Location location) {
      return !location.matches(TEST_JAR);
    }
  }

  /** Except the contract, whose messages and Kotlin stubs come from one generator. */
  @ArchTest
  static void aPackageIsInOneModule(JavaClasses classes) {
    Map<String, Set<String>> modules = new TreeMap<>();
    for (JavaClass item : classes) {
      if (!item.getPackageName().equals("io.diffusion4j.serving.v1")) {
        modules
            .computeIfAbsent(item.getPackageName(), name -> new TreeSet<>())
            .add(moduleOf(item).name());
      }
    }
    assertThat(modules).isNotEmpty().allSatisfy((name, of) -> assertThat(of).as(name).hasSize(1));
  }

  /** Between modules of one folder, and against circles, Maven has the word. */
  @ArchTest
  static final ArchRule modulesKnowTheFoldersBelowTheirOwn =
      classes().should(dependOnFoldersBelowTheirOwn());

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
              OLLAMA,
              MCP,
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
          .resideOutsideOfPackages(OBSERVABILITY, SPRING_BOOT)
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

  /** Messages are translated where they come in; what is below the edge has types of its own. */
  @ArchTest
  static final ArchRule protocolBuffersStopAtTheEdge =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.diffusion4j.serving.jobs..",
              "io.diffusion4j.serving.model..",
              "io.diffusion4j.serving.observability..",
              "io.diffusion4j.serving.auth..",
              "io.diffusion4j.serving.config..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(PROTO);

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

  private static ArchCondition<JavaClass> dependOnFoldersBelowTheirOwn() {
    return new ArchCondition<>("depend on folders below their own") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        String group = moduleOf(item).group();
        for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass().getBaseComponentType();
          if (target.getPackageName().startsWith("io.diffusion4j.")) {
            String known = moduleOf(target).group();
            events.add(
                new SimpleConditionEvent(
                    item,
                    known.equals(group)
                        || Modules.KNOWN.getOrDefault(group, Set.of()).contains(known),
                    group + " may not know " + known + ": " + dependency.getDescription()));
          }
        }
      }
    };
  }

  private static Set<String> everythingBut(String group) {
    return Modules.ALL.values().stream()
        .map(Module::group)
        .filter(other -> !other.equals(group))
        .collect(toUnmodifiableSet());
  }

  /** Returns the module of a class, from the path of its folder or jar. */
  private static Module moduleOf(JavaClass item) {
    String uri = item.getSource().orElseThrow().getUri().toString();
    Matcher matcher = MODULE.matcher(uri);
    if (!matcher.find()) {
      throw new IllegalStateException(uri + " (expected: in a module)");
    }
    String name = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return requireNonNull(Modules.ALL.get(name), name);
  }

  private static ArchCondition<JavaClass> beInAPackageOfFewFiles() {
    return new ArchCondition<>("be in a package of at most " + MAX_FILES + " files") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        long files =
            item.getPackage().getClasses().stream()
                .filter(c -> c.isTopLevelClass() && !c.isArray())
                .count();
        events.add(
            new SimpleConditionEvent(
                item,
                files <= MAX_FILES,
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
