import { geoGraticule10, geoNaturalEarth1, geoPath } from "d3-geo";
import { useMemo } from "react";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-110m.json";
import { countryNumber, smallPlace } from "./countries";

/** A country that is marked on the map. */
export interface MarkedCountry {
  code: string;
  label: string;
}

const WIDTH = 820;
const HEIGHT = 400;
const projection = geoNaturalEarth1().fitExtent([[2, 2], [WIDTH - 2, HEIGHT - 2]], { type: "Sphere" });
const path = geoPath(projection);
const atlas = world as unknown as Topology<{ countries: GeometryCollection }>;

/** A map of the world with some countries marked. It needs no network, and never stands without the table beside it. */
export default function WorldMap({ marked, label }: { marked: readonly MarkedCountry[]; label: string }) {
  const shapes = useMemo(() => feature(atlas, atlas.objects.countries).features.filter((shape) => shape.id !== "010"), []);
  const byNumber = new Map(marked.map((country) => [countryNumber(country.code), country]));
  return (
    <svg className="world" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: ${marked.map((country) => country.label).join(", ") || "none"}`}>
      <path className="graticule" d={path(geoGraticule10()) ?? ""} />
      {shapes.map((shape, at) => {
        const country = byNumber.get(String(shape.id));
        return (
          <path key={`${shape.id}${at}`} className={country ? "land marked" : "land"} d={path(shape) ?? ""}>
            {country ? <title>{country.label}</title> : null}
          </path>
        );
      })}
      {marked.map((country) => {
        const at = smallPlace(country.code);
        const point = at ? projection(at) : null;
        return point ? (
          <circle key={country.code} className="spot" cx={point[0]} cy={point[1]} r={5}>
            <title>{country.label}</title>
          </circle>
        ) : null;
      })}
    </svg>
  );
}
