/**
 * The vocabulary that running and training share: native memory and views of it, number formats,
 * the team of threads, and checked calls into oneDNN.
 *
 * <p>Everything native belongs to a scope and is released with it. Work is divided among the
 * threads of a team, each with its own oneDNN stream:
 *
 * <pre>{@code
 * var team = Team.of(Threads.of(2));
 * try (var scope = new Scope()) {
 *   FloatBuffer numbers = new Memory(scope, 1024 * Float.BYTES).floats(0, 1024);
 *   team.run(
 *       (member, stream) -> {
 *         for (int i = member; i < 1024; i += team.size()) {
 *           numbers.put(i, i);
 *         }
 *       });
 * } // the memory is released here
 * }</pre>
 *
 * <h2>Memory</h2>
 *
 * <ul>
 *   <li>A {@link io.diffusion4j.onednn.core.Memory} is allocated, aligned and on huge pages where
 *       it is large; or it is the mapped memory of a file. It is not on the heap.
 *   <li>{@link io.diffusion4j.onednn.core.ReturnedPages} gives pages back to the system.
 *   <li>A {@link io.diffusion4j.onednn.core.Buffer} is a range that does not have an address yet: a
 *       program assigns its offset when all of its steps are known.
 *   <li>A {@link io.diffusion4j.onednn.core.View} describes numbers in a buffer: {@link
 *       io.diffusion4j.onednn.core.DataType}, sizes and strides. {@link
 *       io.diffusion4j.onednn.core.Descriptions} translates it for oneDNN.
 *   <li>An {@link io.diffusion4j.onednn.core.Arena} assigns these offsets: buffers that do not hold
 *       values at the same time share bytes. {@link io.diffusion4j.onednn.core.PlannedMemory} is an
 *       arena whose size is known only after the kernels that use it.
 * </ul>
 *
 * <h2>Computation</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.onednn.core.Natives} loads the library and reports whether the
 *       processor is made for a precision. {@link io.diffusion4j.onednn.core.Dnnl} turns status
 *       codes into exceptions.
 *   <li>{@link io.diffusion4j.onednn.core.After} contains operations that a primitive applies
 *       before it writes its result; {@link io.diffusion4j.onednn.core.Curve} names elementwise
 *       functions.
 *   <li>{@link io.diffusion4j.onednn.core.Team} gives one program at a time all of its threads. Its
 *       threads replace those of OpenMP, which spin while they wait and would take the time of
 *       other programs on a busy machine.
 * </ul>
 *
 * <p>These types are public for the packages {@code run} and {@code train} of this module. Programs
 * use the engines, {@link io.diffusion4j.onednn.OneDnnEngine} and {@link
 * io.diffusion4j.onednn.OneDnnTrainingEngine}.
 */
@NullMarked
package io.diffusion4j.onednn.core;

import org.jspecify.annotations.NullMarked;
