/**
 * The animals people can be, drawn in a box of 48 by 48: big flat shapes that still read at 24 px. Furs are
 * from one small palette, so that every animal stands on every background colour.
 */
import type { CSSProperties, ReactElement } from 'react';

const fur = (a: string, b: string, c = '#fafaf5'): CSSProperties =>
  ({ '--fur': a, '--fur2': b, '--fur3': c }) as CSSProperties;

const eyes = (y: number, apart = 7, r = 1.9): ReactElement => (
  <>
    <circle className="dark" cx={24 - apart} cy={y} r={r} />
    <circle className="dark" cx={24 + apart} cy={y} r={r} />
  </>
);

const bear = (
  <g style={fur('#8a5a3b', '#6d4429', '#e3c4a0')}>
    <circle className="fur2" cx="12" cy="15" r="6.5" />
    <circle className="fur2" cx="36" cy="15" r="6.5" />
    <circle className="fur3" cx="12" cy="15" r="3" />
    <circle className="fur3" cx="36" cy="15" r="3" />
    <ellipse className="fur" cx="24" cy="29" rx="16" ry="15" />
    <ellipse className="fur3" cx="24" cy="34" rx="8" ry="6.5" />
    <ellipse className="dark" cx="24" cy="31" rx="3.4" ry="2.4" />
    <path className="line" d="M24 33v2.4m-3.5 1.2q3.5 2 7 0" />
    {eyes(26)}
  </g>
);
const bird = (
  <g style={fur('#2f6fb0', '#1f4f83', '#f2a53b')}>
    <path className="fur2" d="M22 8q4-6 7-2 3-2 3 3l-6 5z" />
    <circle className="fur" cx="24" cy="28" r="17" />
    <ellipse cx="24" cy="37" rx="11" ry="9" fill="#f3efe2" />
    <circle cx="17" cy="25" r="5" fill="#f3efe2" />
    <circle cx="31" cy="25" r="5" fill="#f3efe2" />
    {eyes(25, 6.5, 2.4)}
    <path className="fur3" d="M19 30h10l-5 7z" />
  </g>
);
const bird2 = (
  <g style={fur('#e0563f', '#a9351f', '#f4c53d')}>
    <path className="fur2" d="M16 12q1-9 6-6 2-4 5 0 5-2 5 6z" />
    <path className="fur" d="M7 44q-2-34 17-34t17 34z" />
    <path d="M16 44q-1-16 8-16t8 16z" fill="#f7e3c4" />
    {eyes(23, 8.5, 2.2)}
    <path className="fur3" d="M18 25q6-5 12 0l-6 10z" />
    <path className="line" d="M19 28q5 2 10 0" />
  </g>
);
const dog = (
  <g style={fur('#d8a15c', '#9c6630', '#f8ecd7')}>
    <path className="fur" d="M10 26Q10 10 24 10t14 16q0 17-14 17T10 26z" />
    <path
      className="fur2"
      d="M11 12q-8 0-7 13 1 8 6 6 4-3 5-17zM37 12q8 0 7 13-1 8-6 6-4-3-5-17z"
    />
    <ellipse className="fur3" cx="24" cy="34" rx="8.5" ry="8" />
    <ellipse className="dark" cx="24" cy="30" rx="3.6" ry="2.6" />
    <path className="line" d="M24 32v3m-4 1q2 2 4-.6 2 2.6 4 .6" />
    {eyes(24, 6.5)}
  </g>
);
const dog2 = (
  <g style={fur('#4a4a46', '#2c2c29', '#f3efe2')}>
    <path className="fur2" d="M9 24 8 6l11 7zM39 24l1-18-11 7z" />
    <path className="fur" d="M8 26Q8 10 24 10t16 16q-1 17-16 17T8 26z" />
    <path className="fur3" d="M24 14q4 0 4 12 8 1 8 9-3 8-12 8t-12-8q0-8 8-9 0-12 4-12z" />
    <ellipse className="dark" cx="24" cy="31" rx="3.6" ry="2.6" />
    <path className="line" d="M24 33v2.600m-4 .8q4 2.6 8 0" />
    <circle cx="16.5" cy="24" r="2.8" fill="#bfe3f5" />
    <circle cx="31.5" cy="24" r="2.8" fill="#bfe3f5" />
    {eyes(24, 7.5, 1.5)}
  </g>
);
const dog3 = (
  <g style={fur('#f3ead8', '#c98f52', '#fafaf5')}>
    <path className="fur" d="M9 27Q9 9 24 9t15 18q0 16-15 16T9 27z" />
    <path className="fur2" d="M9 14q-6 2-5 15 2 6 7 2l5-18zM39 14q6 2 5 15-2 6-7 2l-5-18z" />
    <path className="fur2" d="M26 10q14 1 12 17-2 6-8 5-6-2-4-22z" />
    <ellipse className="dark" cx="24" cy="32" rx="3.8" ry="2.8" />
    <path className="line" d="M24 35v1.500m-4 .5q4 2.8 8 0" />
    <path d="M22 38.500h4v2.500q-2 2.5-4 0z" fill="#e8727a" />
    {eyes(25, 7)}
  </g>
);
const giraffe = (
  <g style={fur('#f0b84a', '#a5662a', '#f8e5bd')}>
    <path className="line" d="M19 12V6m10 6V6" />
    <circle className="fur2" cx="19" cy="5.5" r="2.5" />
    <circle className="fur2" cx="29" cy="5.5" r="2.5" />
    <path className="fur" d="M14 18 5 15q0 7 9 8zM34 18l9-3q0 7-9 8z" />
    <path className="fur" d="M13 20q0-10 11-10t11 10q0 6-3 13 1 11-8 11t-8-11q-3-7-3-13z" />
    <path className="fur2" d="m17 13 4-2 1 5-4 1zm14 1 2 5-4 1-1-5zM22.5 19h4l-2 4z" />
    <ellipse className="fur3" cx="24" cy="37" rx="8" ry="6.5" />
    <circle className="dark" cx="21" cy="35.5" r="1.2" />
    <circle className="dark" cx="27" cy="35.5" r="1.2" />
    <path className="line" d="M20.5 39.500q3.5 2 7 0" />
    {eyes(24, 6.5)}
  </g>
);
const hedgehog = (
  <g style={fur('#6b5240', '#4c392b', '#f2dcbc')}>
    <path
      className="fur2"
      d="M4 34 2 27l5-2-3-7 6 0-1-7 6 2 1-7 5 4 4-6 4 6 5-4 0 7 6-1-1 7 6 1-4 6 5 4-4 6z"
    />
    <path className="fur3" d="M10 32q0-14 14-14t14 14q0 11-14 11T10 32z" />
    <path className="fur" d="M11 26q4-9 13-9t13 9q-6-3-8-1-5-5-10 0-2-2-8 1z" />
    <ellipse className="dark" cx="24" cy="35" rx="3.2" ry="2.5" />
    <path className="line" d="M24 37.500v1m-3.5 0q3.5 2.2 7 0" />
    {eyes(30, 7)}
  </g>
);
const hippo = (
  <g style={fur('#8d86a8', '#6a6388', '#bbb3d1')}>
    <circle className="fur2" cx="13" cy="12" r="4.5" />
    <circle className="fur2" cx="35" cy="12" r="4.5" />
    <path className="fur" d="M11 22q0-13 13-13t13 13v10H11z" />
    <rect className="fur3" x="6" y="24" width="36" height="19" rx="9.5" />
    <ellipse className="fur2" cx="16" cy="30" rx="2.2" ry="2.8" />
    <ellipse className="fur2" cx="32" cy="30" rx="2.2" ry="2.8" />
    <path className="line" d="M14 37q10 4 20 0" />
    <path d="M18 38.500h4v3h-4zm8 0h4v3h-4z" fill="#fafaf5" />
    {eyes(19)}
  </g>
);
const horse = (
  <g style={fur('#a9653a', '#4b2a18', '#f1e2cf')}>
    <path className="fur" d="m14 16-2-12 8 6zm20 0 2-12-8 6z" />
    <path className="fur" d="M13 20q0-11 11-11t11 11l-3 14q1 10-8 10t-8-10z" />
    <path className="fur2" d="M18 6q6-4 12 0 2 9-4 13-8-2-8-13z" />
    <path className="fur3" d="M22.5 19h3l2 14h-7z" />
    <ellipse className="fur2" cx="24" cy="38" rx="8" ry="6" />
    <circle className="fur3" cx="20.5" cy="36.5" r="1.3" />
    <circle className="fur3" cx="27.5" cy="36.5" r="1.3" />
    {eyes(24, 7)}
  </g>
);
const ibex = (
  <g style={fur('#b39b7d', '#5d4a37', '#eadcc8')}>
    <path d="M18 16Q12 2 3 10q8-2 9 9zM30 16q6-14 15-6-8-2-9 9z" className="fur2" />
    <path className="fur" d="m13 23-9-2q1 6 9 6zm22 0 9-2q-1 6-9 6z" />
    <path className="fur" d="M13 23q0-10 11-10t11 10l-4 13q-2 5-7 5t-7-5z" />
    <path className="fur3" d="M24 27q6 0 5 9-2 5-5 5t-5-5q-1-9 5-9z" />
    <path className="fur2" d="M21 40h6l-3 7z" />
    <path className="dark" d="M21.5 33h5L24 36z" />
    <path className="line" d="M24 35.500v1.500m-3 .5q3 1.5 6 0" />
    {eyes(25, 6.5)}
  </g>
);
const jellyfish = (
  <g style={fur('#e583b8', '#b9528c', '#fbd7ea')}>
    <path
      d="M13 28q-3 6 0 10t-1 7m8-17q-2 6 1 9t-1 8m8-17q2 6-1 9t1 8m8-17q3 6 0 10t1 7"
      fill="none"
      stroke="#b9528c"
      strokeWidth="3"
      strokeLinecap="round"
    />
    <path
      className="fur"
      d="M6 27Q5 6 24 6t18 21q-3 4-6 0-3 4-6 0-3 4-6 0-3 4-6 0-3 4-6 0-3 4-6 0z"
    />
    <ellipse className="fur3" cx="16" cy="13" rx="4" ry="2.5" transform="rotate(-30 16 13)" />
    {eyes(20, 6, 2.2)}
    <path className="line" d="M21.5 24q2.5 2 5 0" />
  </g>
);
const sheep = (
  <g style={fur('#fafaf5', '#d9d3c3', '#4a443c')}>
    <g className="fur">
      <circle cx="24" cy="13" r="9" />
      <circle cx="13" cy="17" r="7.5" />
      <circle cx="35" cy="17" r="7.5" />
      <circle cx="10" cy="28" r="6.5" />
      <circle cx="38" cy="28" r="6.5" />
      <circle cx="15" cy="37" r="7" />
      <circle cx="33" cy="37" r="7" />
      <circle cx="24" cy="38" r="8" />
    </g>
    <path className="fur3" d="m14 24-9 1q1 6 9 5zm20 0 9 1q-1 6-9 5z" />
    <path className="fur3" d="M14 25q0-8 10-8t10 8q0 17-10 17T14 25z" />
    <circle className="fur" cx="19.5" cy="27" r="2.4" />
    <circle className="fur" cx="28.5" cy="27" r="2.4" />
    <circle className="dark" cx="19.5" cy="27" r="1.2" />
    <circle className="dark" cx="28.5" cy="27" r="1.2" />
    <path
      d="M21.5 34.500h5M24 34.500v2.5"
      fill="none"
      stroke="#fafaf5"
      strokeWidth="1.6"
      strokeLinecap="round"
    />
    <path className="fur" d="M17 20q2-6 7-4 5-2 7 4-7-3-14 0z" />
  </g>
);
const tiger = (
  <g style={fur('#f08a2c', '#2f2118', '#faf0e0')}>
    <circle className="fur" cx="12" cy="14" r="6" />
    <circle className="fur" cx="36" cy="14" r="6" />
    <circle className="fur3" cx="12" cy="14" r="2.8" />
    <circle className="fur3" cx="36" cy="14" r="2.8" />
    <ellipse className="fur" cx="24" cy="28" rx="17" ry="16" />
    <path className="fur3" d="M7 30q6 0 9 4l8-3 8 3q3-4 9-4-2 14-17 14T7 30z" />
    <path
      className="fur2"
      d="M22.5 12h3l-1.5 7zM17 13.500l2.5-.5.5 5zm14 0-2.5-.5-.5 5zM7.5 25l6 1.5-6 1.500zm33 0-6 1.5 6 1.500zM9 33l5 .5-4 2.500zm30 0-5 .5 4 2.500z"
    />
    <path className="dark" d="M20.5 30h7L24 34z" />
    <path className="line" d="M24 34v2m-4 1.500q2 2 4-1 2 3 4 1" />
    {eyes(25)}
  </g>
);

export const animals = {
  bear,
  bird,
  bird2,
  dog,
  dog2,
  dog3,
  giraffe,
  hedgehog,
  hippo,
  horse,
  ibex,
  jellyfish,
  sheep,
  tiger,
} as const;
export type Animal = keyof typeof animals;
