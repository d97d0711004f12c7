/**
 * Golden values: what reference implementations computed, as test cases on disk.
 *
 * <p>A <em>root</em> is a folder of cases in the layout of {@code
 * integration-tests/golden/fixtures} or one of its successors {@code fixtures2} to {@code
 * fixtures4}. A <em>case</em> is usually a folder with {@code case.json} (how the values were made)
 * and {@code io.safetensors} (inputs and outputs), and for networks the weights under their
 * published names. A {@link GoldenKind} is a kind of case that a test can check: it has the places
 * of these cases, and recognises them.
 *
 * <p>A parity test is a method with one parameter. It runs once for each case and is named after
 * the path of the case under its root:
 *
 * <pre>{@code
 * class SchedulesTest {
 *   @GoldenTest(GoldenKind.SCHEDULE)
 *   void tablesAreThoseOfOpenAi(GoldenCase golden) {
 *     int steps = golden.json().get("steps").asInt();
 *     double[] betas = golden.io().values("betas");
 *     for (int t = 0; t < steps; t++) {
 *       assertThat(new LinearSchedule(steps).beta(t)).isCloseTo(betas[t], within(1e-12));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Sizes, depths, step counts and settings come from the files of the case, never from constants
 * of the test, because the same tests run on other roots:
 *
 * <pre>{@code ./mvnw test -Dgroups=golden -Dgolden=ROOT[:ROOT…]}</pre>
 *
 * <p>A test whose kind is in none of the roots is skipped. A root without a case of any kind fails
 * one test of this module. A case may take files from an earlier root ({@link GoldenCase#file}), as
 * cases with new inputs for older weights do.
 *
 * <p>Tests that need some valid folder of a published layout, whatever its values, take it from
 * {@link GoldenRoots#shipped()}, which ignores {@code -Dgolden}.
 *
 * <p>This package reads the values and knows nothing of networks. Running them is the business of
 * the modules that own them.
 */
@NullMarked
package io.diffusion4j.golden;

import org.jspecify.annotations.NullMarked;
