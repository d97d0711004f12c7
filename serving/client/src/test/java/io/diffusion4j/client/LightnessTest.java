package io.diffusion4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client brings into an application: the class path of this module. */
class LightnessTest {
  private static final List<String> ALLOWED =
      List.of(
          // the contract and the client
          "diffusion4j-client",
          "diffusion4j-serving-proto",
          // gRPC and Protocol Buffers
          "grpc-",
          "protobuf-java",
          "proto-google-common-protos",
          "perfmark-api",
          "gson",
          // Guava
          "guava",
          "failureaccess",
          "listenablefuture",
          "j2objc-annotations",
          // annotations
          "jspecify",
          "error_prone_annotations",
          "annotations-",
          "animal-sniffer-annotations",
          "jsr305",
          "javax.annotation-api",
          "checker-qual",
          // tests
          "junit-",
          "assertj-core",
          "byte-buddy",
          "opentest4j",
          "apiguardian-api",
          "surefire-",
          "archunit",
          "slf4j-",
          "jqwik");

  @Test
  void theClassPathHasGrpcAndProtocolBuffersAndNoServer() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> jars =
        Arrays.stream(path.split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .map(entry -> Path.of(entry).getFileName().toString())
            .toList();
    assertThat(jars).anyMatch(jar -> jar.startsWith("grpc-netty-shaded"));
    assertThat(jars).allMatch(jar -> ALLOWED.stream().anyMatch(jar::startsWith));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.linecorp.armeria.server.Server",
        "com.google.inject.Guice",
        "io.micrometer.core.instrument.MeterRegistry",
        "org.tensorflow.Session",
        "io.diffusion4j.diffusion.denoiser.Denoiser"
      })
  void aServerIsNotThere(String type) {
    assertThatThrownBy(() -> Class.forName(type)).isInstanceOf(ClassNotFoundException.class);
  }
}
