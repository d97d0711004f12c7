package io.diffusion4j.onednn.core;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** Memory with its description, as an argument of a primitive. */
public record Operand(dnnl_memory_desc description, dnnl_memory memory) {}
