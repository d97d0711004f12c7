package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.spark.LocalSpark.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Evaluate} on Spark in this process, with the shipped model and judge. */
@Tag("slow")
class EvaluateTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void numbersAreThoseOfTheCommand() {
    String[] arguments = {
      "--model", LocalSpark.MODEL.toString(),
      "--judge", LocalSpark.MODEL.resolveSibling("judge").toString(),
      "--count", "6",
      "--diversity", "1",
      "--variations", "3",
      "--decoder-steps", "2",
      "--json", ""
    };
    Path own = folder.resolve("own.json");
    arguments[arguments.length - 1] = own.toString();
    int status = io.diffusion4j.cli.Main.commandLine().execute(concat("evaluate", arguments));
    assertThat(status).isZero();

    Path spread = folder.resolve("spread.json");
    arguments[arguments.length - 1] = spread.toString();
    try (var spark = new LocalSpark()) {
      Ran ran = LocalSpark.run(new Evaluate(), concat("--rows=4", arguments));
      assertThat(ran.err()).isEmpty();
      assertThat(ran.out()).contains("retrieval", "diversity", "variations");
      assertThat(spark.session().sparkContext().isLocal()).isTrue();
    }
    assertThat(spread).hasSameTextualContentAs(own);
  }

  private static String[] concat(String first, String[] rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
